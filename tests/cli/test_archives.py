#!/usr/bin/env python3
"""test_archives.py - packed captures from outside: names, copies, locks, damage, bombs, lists of paths.

usage: test_archives.py MTLSCOPE

Archives are made of samples/ by Python's own modules. Prints TAP.
"""
import gzip
import io
import os
import sqlite3
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib

from harness import CAPTURE, PROGRAM, SAMPLES, UTF8, contains, fails, main, run, same, test

DATA = open(CAPTURE, 'rb').read()
OTHER = open(os.path.join(SAMPLES, 'stranger-ca.pcapng'), 'rb').read()
SECRET = 'correct horse battery'


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data)
    return path


def variant(number):
    """The capture with a block behind it that makes its content its own."""
    return DATA + struct.pack('=IIIII', 0xbad, 20, 32473, number, 20)


def zipped(members, path=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return write(path, out.getvalue()) if path else out.getvalue()


def tarred(members, path, mode):
    with tarfile.open(path, mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def rows(database, query):
    db = sqlite3.connect(database)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


class ZipCrypto:
    """Traditional encryption, APPNOTE.TXT section 6.1: Python reads it, but does not write it."""

    def __init__(self, passphrase):
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in passphrase.encode():
            self.update(byte)

    def update(self, byte):
        def crc(key, value):
            return ~zlib.crc32(bytes([value]), ~key & 0xffffffff) & 0xffffffff
        self.keys[0] = crc(self.keys[0], byte)
        self.keys[1] = ((self.keys[1] + (self.keys[0] & 0xff)) * 134775813 + 1) & 0xffffffff
        self.keys[2] = crc(self.keys[2], self.keys[1] >> 24)

    def encrypt(self, data):
        out = bytearray()
        for byte in data:
            mixed = (self.keys[2] | 2) & 0xffff
            out.append(byte ^ (mixed * (mixed ^ 1) >> 8 & 0xff))
            self.update(byte)
        return bytes(out)


def locked(path, name, data, passphrase):
    check = zlib.crc32(data)
    body = ZipCrypto(passphrase).encrypt(bytes(11) + bytes([check >> 24]) + data)
    fields = struct.pack('<HHHHHIIIHH', 20, 1, 0, 0, 0x21, check, len(body), len(data), len(name), 0)
    local = b'PK\3\4' + fields + name.encode() + body
    central = b'PK\1\2' + struct.pack('<H', 20) + fields + struct.pack('<HHHII', 0, 0, 0, 0, 0) + name.encode()
    end = b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, 1, 1, len(central), len(local), 0)
    return write(path, local + central + end)


@test
def one_content_many_names():
    os.mkdir('copies')
    write('copies/a.pcapng', DATA)
    write('copies/b.pcapng.gz', gzip.compress(DATA))
    zipped([('dir/c.pcapng', DATA), ('d.pcapng.gz', gzip.compress(DATA))], 'copies/e.zip')
    done = run('analyze', '-o', 'copies.db', '--stats', 'copies')
    same(done.returncode, 0, done.stderr)
    contains(done.stderr, '1 captures read, 0 unchanged, 3 copies')
    same(rows('copies.db', 'SELECT path FROM captures'), [('copies/a.pcapng',)])
    same([r[0] for r in rows('copies.db', 'SELECT path FROM capture_names ORDER BY path')],
         ['copies/a.pcapng', 'copies/b.pcapng.gz', 'copies/e.zip!d.pcapng.gz', 'copies/e.zip!dir/c.pcapng'])
    done = run('analyze', '-o', 'copies.db', '--stats', 'copies')
    contains(done.stderr, '0 captures read, 3 unchanged, 0 copies')
    os.rename('copies/e.zip', 'copies/f.zip')
    done = run('analyze', '-o', 'copies.db', '--stats', 'copies/f.zip')
    contains(done.stderr, '0 captures read, 0 unchanged, 2 copies')


@test
def an_unchanged_archive_is_not_opened():
    zipped([('x.pcapng', DATA), ('y.pcapng', OTHER)], 'same.zip')
    same(run('analyze', '-o', 'same.db', 'same.zip').returncode, 0)
    before = os.stat('same.zip')
    with open('same.zip', 'r+b') as file:
        file.write(b'not a zip file any more')
    os.utime('same.zip', ns=(before.st_atime_ns, before.st_mtime_ns))
    done = run('analyze', '-o', 'same.db', 'same.zip')
    same((done.returncode, done.stderr), (0, ''))
    contains(done.stdout, '2 of 2 sessions failed mutual TLS')
    fails(run('analyze', '-o', 'other.db', 'same.zip'), 1, 'same.zip: ')


@test
def what_is_no_capture_is_counted_and_named():
    tarred([('x.pcapng', DATA), ('notes.txt', b'Dear all'), ('empty', b''), ('evil\x1b[31m', b'z')], 'others.tar.xz',
           'w:xz')
    done = run('analyze', '-o', 'others.db', 'others.tar.xz')
    same(done.returncode, 0, done.stderr)
    same(done.stderr, 'note: 3 other files, no capture: others.tar.xz!notes.txt, others.tar.xz!empty, '
         'others.tar.xz!evil\\x1b[31m\n')
    write('notes.gz', gzip.compress(b'Dear all'))
    fails(run('analyze', '-o', 'notes.db', 'notes.gz'), 1, 'notes.gz: not a capture (starts with "Dear all")')
    tarred([('notes.txt', b'Dear all')], 'notes.tar', 'w')
    fails(run('analyze', '-o', 'notes.db', 'notes.tar'), 1, 'notes.tar: no capture in it (1 other file)')


@test
def passphrases():
    locked('locked.zip', 'x.pcapng', DATA, SECRET)
    fails(run('analyze', '-o', 'locked.db', 'locked.zip'), 1,
          'locked.zip: encrypted archive; give --passphrase-file FILE')
    write('wrong.txt', b'guess\n')
    fails(run('analyze', '-o', 'locked.db', '--passphrase-file', 'wrong.txt', 'locked.zip'), 1,
          'locked.zip', 'encrypted archive; no line of --passphrase-file opens it')
    fails(run('analyze', '-o', 'locked.db', '--passphrase-file', 'none.txt', 'locked.zip'), 1,
          'none.txt: --passphrase-file: No such file or directory')
    write('right.txt', SECRET.encode() + b'\r\n')
    done = run('analyze', '-o', 'locked.db', '--passphrase-file', 'right.txt', '--stats', 'locked.zip')
    same(done.returncode, 0, done.stderr)
    same(rows('locked.db', 'SELECT path, sessions FROM captures'), [('locked.zip!x.pcapng', 1)])
    same(SECRET in done.stdout + done.stderr or SECRET.encode() in open('locked.db', 'rb').read(), False, 'kept secret')
    # one byte decides whether a key fits: with 2,000 wrong ones before the right one some do by chance
    write('many.txt', b''.join(b'wrong %d\n' % n for n in range(2000)) + SECRET.encode())
    done = run('analyze', '-o', 'locked-many.db', '--passphrase-file', 'many.txt', 'locked.zip')
    same(done.returncode, 0, done.stderr)
    same(rows('locked-many.db', 'SELECT path, sessions FROM captures'), [('locked.zip!x.pcapng', 1)])
    done = run('analyze', '-o', 'half.db', CAPTURE, 'locked.zip')
    same(done.returncode, 2, done.stderr)
    contains(done.stderr, 'warning: locked.zip: encrypted archive')


@test
def lists_of_paths():
    write('one.pcapng', DATA)
    write('two\n.pcapng', OTHER)
    write('lines', b'one.pcapng\n\none.pcapng\r\n')
    write('nuls', b'one.pcapng\0two\n.pcapng\0')
    for number, (arguments, feed, count) in enumerate(((['lines'], b'', 1), (['nuls'], b'', 2),
                                                       (['-'], b'one.pcapng\n', 1), (['lines', 'two\n.pcapng'], b'', 2))):
        database = 'list%d.db' % number
        done = subprocess.run([PROGRAM, 'analyze', '--no-progress', '-o', database, '--files-from', *arguments], input=feed,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=UTF8, timeout=60)
        same((done.returncode, done.stderr), (0, b''))
        same(len(rows(database, 'SELECT path FROM captures')), count)
    fails(run('analyze', '--files-from', 'gone'), 1, 'gone: --files-from: No such file')
    fails(run('analyze', '--files-from', '-', '-'), 1, '-: stdin can be only one of them')


@test
def standard_input():
    for data, path in ((gzip.compress(DATA), '-'), (zipped([('in.pcapng', DATA)]), '-!in.pcapng')):
        database = 'stdin%d.db' % len(path)
        done = subprocess.run([PROGRAM, 'analyze', '-o', database, '-'], input=data, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=UTF8, timeout=60)
        same((done.returncode, done.stderr), (0, b''))
        same(rows(database, 'SELECT path, sessions FROM captures'), [(path, 1)])


@test
def damage_keeps_what_was_before():
    good = zipped([('x.pcapng', DATA), ('y.pcapng', OTHER)])
    at = good.index(b'y.pcapng') + 60
    write('damaged.zip', good[:at] + bytes([good[at] ^ 0xff]) + good[at + 1:])
    done = run('analyze', '-o', 'damaged.db', 'damaged.zip')
    same(done.returncode, 2, done.stderr)
    same(rows('damaged.db', "SELECT sessions, problem FROM captures WHERE path LIKE '%x.pcapng'"), [(1, None)])
    contains(done.stderr, 'warning: damaged.zip!y.pcapng: ', 'damaged: ZIP')
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, 'w') as archive:
        archive.writestr('x.pcapng', DATA)
    write('checksum.zip', stored.getvalue().replace(DATA[-40:], b'?' * 40))
    done = run('analyze', '-o', 'checksum.db', 'checksum.zip')
    same(done.returncode, 2, done.stderr)
    contains(done.stderr, 'warning: checksum.zip!x.pcapng: damaged: ZIP bad CRC')


@test
def a_half_copied_gzip_keeps_what_was_before():
    whole = gzip.compress(DATA)
    write('half.pcapng.gz', whole[:-40])
    done = run('analyze', '-o', 'half-gz.db', 'half.pcapng.gz')
    same(done.returncode, 2, done.stderr)
    contains(done.stderr, 'warning: half.pcapng.gz: truncated: gzip data ends early; ends inside a block')
    same(rows('half-gz.db', 'SELECT sessions, packets > 8 FROM captures'), [(1, 1)])


@test
def a_bomb_is_stopped_and_said():
    """70 kB that say 2 GB: a zstd frame whose blocks repeat one byte (RFC 8878 section 3.1.1.2)."""
    def block(kind, size, data, last=0):
        return struct.pack('<I', last | kind << 1 | size << 3)[:3] + data
    header = struct.pack('=IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    blocks = block(0, len(header), header) + block(1, 131072, b'\0') * 16384 + block(1, 1, b'\0', 1)
    write('bomb.pcap.zst', b'\x28\xb5\x2f\xfd\x00\x58' + blocks)
    began = time.time()
    done = run('analyze', '-o', 'bomb.db', '--no-ndpi', CAPTURE, 'bomb.pcap.zst')
    same(done.returncode, 2, done.stderr)
    contains(done.stderr, 'warning: bomb.pcap.zst: stopped after 1074 MB: decompresses to more than 1000 times its size')
    same(time.time() - began < 50, True, 'time')


@test
def five_hundred_members():
    began = time.time()
    zipped([('%03d.pcapng.gz' % n, gzip.compress(variant(n))) for n in range(500)], 'many.zip')
    done = run('analyze', '-o', 'many.db', '--stats', 'many.zip')
    same(done.returncode, 0, done.stderr)
    contains(done.stderr, '500 captures read')
    contains(done.stdout, '500 of 500 sessions failed mutual TLS')
    same(time.time() - began < 50, True, 'time')


sys.exit(main())
