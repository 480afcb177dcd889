"""captures.py - what happens to a capture after it was taken: made anonymous, a frame lost, cut short.

Used by make. Reads and writes just enough of pcapng and of classic pcap as dumpcap writes them
(this machine's byte order, which is little-endian).
"""
import struct

SECTION, INTERFACE = 0x0A0D0D0A, 1
KEPT = {SECTION: {4}, INTERFACE: {2, 9, 11, 14}}  # shb_userappl; if_name, tsresol, filter, fcslen


def kept_options(options, kept):
    out, at = b'', 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from('<HH', options, at)
        end = at + 4 + (length + 3) // 4 * 4
        if code == 0 or code in kept:
            out += options[at:end]
        at = end
    return out


def anonymous(path):
    """Drops what dumpcap tells about the machine: processor, kernel."""
    data, out, at = open(path, 'rb').read(), b'', 0
    while at < len(data):
        kind, length = struct.unpack_from('<II', data, at)
        body = data[at + 8:at + length - 4]
        if kind in KEPT:
            fixed = 16 if kind == SECTION else 8
            body = body[:fixed] + kept_options(body[fixed:], KEPT[kind])
        out += struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)
        at += length
    open(path, 'wb').write(out)


def frames(data):
    """(start, end) of each record of a classic pcap."""
    at = 24
    while at < len(data):
        end = at + 16 + struct.unpack_from('<I', data, at + 8)[0]
        yield at, end
        at = end


def lose(path, holds):
    """Removes the one frame that holds these bytes, as a capture host does that is too slow."""
    data = open(path, 'rb').read()
    hit = [(a, b) for a, b in frames(data) if holds in data[a:b]]
    if len(hit) != 1:
        raise SystemExit('make: %s: %d frames to lose, not 1' % (path, len(hit)))
    open(path, 'wb').write(data[:hit[0][0]] + data[hit[0][1]:])


def cut(path, holds, keep):
    """Ends the file KEEP bytes into the frame that holds these bytes, as a full disk does."""
    data = open(path, 'rb').read()
    start = [a for a, b in frames(data) if holds in data[a:b]][-1]
    open(path, 'wb').write(data[:start + 16 + keep])
