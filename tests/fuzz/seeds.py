#!/usr/bin/env python3
"""seeds.py - cuts the samples into what fuzz targets eat: seeds.py FOLDER

Writes, each once: whole captures, packed ones, frames, TCP streams, TLS records, handshake messages with and
without their header, certificates. Every target gets all of them; what does not fit costs little.
"""
import bz2
import gzip
import hashlib
import io
import lzma
import os
import struct
import sys
import tarfile
import zipfile

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), 'samples')
PCAP_MAGIC, ENHANCED_PACKET, CERTIFICATE, HANDSHAKE, UDP = 0xA1B2C3D4, 6, 11, 22, 17


def pcap_frames(data):
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from('<I', data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def pcapng_frames(data):
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from('<II', data, at)
        if kind == ENHANCED_PACKET:
            captured = struct.unpack_from('<I', data, at + 20)[0]
            yield data[at + 28:at + 28 + captured]
        at += length


def payload_of(frame):
    """(addresses and ports, payload) of an Ethernet frame as the samples have them; without the former a datagram."""
    kind = struct.unpack_from('>H', frame, 12)[0]
    header = 14 + ((frame[14] & 15) * 4 if kind == 0x0800 else 40)
    end = 14 + (struct.unpack_from('>H', frame, 16)[0] if kind == 0x0800 else 40 + struct.unpack_from('>H', frame, 18)[0])
    if frame[23 if kind == 0x0800 else 20] == UDP:
        return None, frame[header + 8:end]
    addresses = frame[26:34] if kind == 0x0800 else frame[22:54]
    return addresses + frame[header:header + 4], frame[header + (frame[header + 12] >> 4) * 4:end]


def records(stream):
    at = 0
    while at + 5 <= len(stream):
        end = at + 5 + struct.unpack_from('>H', stream, at + 3)[0]
        yield stream[at:end]
        at = end


def messages(stream):
    """Handshake messages that lie in one record, as they do in the samples."""
    for record in records(stream):
        at, body = 0, record[5:] if record[0] == HANDSHAKE else b''
        while at + 4 <= len(body):
            end = at + 4 + int.from_bytes(body[at + 1:at + 4], 'big')
            if end > len(body):
                break  # encrypted
            yield body[at:end]
            at = end


def certificates(message):
    at = 7
    while message[0] == CERTIFICATE and at + 3 <= len(message):
        end = at + 3 + int.from_bytes(message[at:at + 3], 'big')
        yield message[at + 3:end]
        at = end


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo('notes.txt'), 'Dear all')
    return out.getvalue()


def tarred(name, data, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def packed(data):
    squeezed = gzip.compress(data, mtime=0)
    yield from (squeezed, lzma.compress(data), bz2.compress(data), zipped('x.pcapng', data))
    yield from (tarred('x.pcapng', data, 'w'), gzip.compress(tarred('x.pcapng', data, 'w'), mtime=0))
    yield from (zipped('x.pcapng.gz', squeezed), tarred('x.zip', zipped('y.pcapng', data), 'w:xz'))


def seeds(data):
    yield data
    yield from packed(data)
    streams = {}
    classic = struct.unpack_from('<I', data)[0] == PCAP_MAGIC
    for frame in pcap_frames(data) if classic else pcapng_frames(data):
        flow, payload = payload_of(frame)
        if payload:
            yield frame
        if payload and not flow:
            yield payload
        elif payload:
            streams[flow] = streams.get(flow, b'') + payload
    for stream in filter(None, streams.values()):
        yield stream
        yield from records(stream)
        for message in messages(stream):
            yield message
            yield message[4:]
            yield from certificates(message)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name in sorted(os.listdir(SAMPLES)):
        if not name.endswith(('.pcap', '.pcapng')):
            continue
        with open(os.path.join(SAMPLES, name), 'rb') as capture:
            for seed in seeds(capture.read()):
                with open(os.path.join(folder, hashlib.sha256(seed).hexdigest()[:16]), 'wb') as out:
                    out.write(seed)
    print('%d seeds' % len(os.listdir(folder)))


main(sys.argv[1])
