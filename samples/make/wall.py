"""wall.py - something between two hosts that cuts connections: wall.py DEVICE WORD back|on

Run by make beside the end points. When a TCP segment over IPv4 holds WORD, a RST goes out of DEVICE:
`back` to its sender in the receiver's name, `on` to its receiver in the sender's name. TTL and IP-ID are
the wall's own, as those of real middleboxes are.
"""
import socket
import struct
import sys

TTL, IP_ID = 61, 4711
RST, ACK = 4, 16
ETH_P_ALL = 3


def checksum(data):
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def reset(source, target, ports, seq, ack):
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 40, IP_ID, 0, TTL, 6, 0, source, target)
    head = head[:10] + struct.pack('>H', checksum(head)) + head[12:]
    tcp = struct.pack('>HHIIBBHHH', *ports, seq, ack, 0x50, RST | ACK, 0, 0, 0)
    pseudo = source + target + struct.pack('>BBH', 0, 6, len(tcp))
    return head + tcp[:16] + struct.pack('>H', checksum(pseudo + tcp)) + tcp[18:]


def answer(frame, word, back):
    """The RST for this frame, or None."""
    if frame[12:14] != b'\x08\x00' or frame[23] != 6 or word not in frame:
        return None
    at = 14 + (frame[14] & 15) * 4
    source, target = frame[26:30], frame[30:34]
    sport, dport, seq, ack = struct.unpack_from('>HHII', frame, at)
    end = seq + struct.unpack_from('>H', frame, 16)[0] - (at - 14) - (frame[at + 12] >> 4) * 4
    if back:
        return frame[6:12] + frame[:6] + b'\x08\x00' + reset(target, source, (dport, sport), ack, end & 0xffffffff)
    return frame[:14] + reset(source, target, (sport, dport), end & 0xffffffff, ack)


def main(device, word, way):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.bind((device, 0))
    print('watching', flush=True)
    while True:
        rst = answer(wire.recv(65536), word.encode(), way == 'back')
        if rst:
            wire.send(rst)
            print('cut', flush=True)


main(*sys.argv[1:])
