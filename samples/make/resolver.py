"""resolver.py - a DNS server with one name: resolver.py ADDRESS NAME IPV4

Run by make. Answers A queries for NAME; of NAME's other types it has none, and other names do not exist.
"""
import socket
import struct
import sys

A, NOERROR, NXDOMAIN = 1, 0, 3


def answer(query, name, address):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    kind = struct.unpack_from('>H', query, at + 1)[0]
    known = '.'.join(labels) == name
    record = b'\xc0\x0c' + struct.pack('>HHIH', A, 1, 60, 4) + socket.inet_aton(address) if known and kind == A else b''
    flags = 0x8180 | (NOERROR if known else NXDOMAIN)
    return query[:2] + struct.pack('>HHHHH', flags, 1, bool(record), 0, 0) + query[12:at + 5] + record


def main(here, name, address):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind((here, 53))
    print('ready', flush=True)
    while True:
        query, asker = wire.recvfrom(4096)
        wire.sendto(answer(query, name, address), asker)


main(*sys.argv[1:])
