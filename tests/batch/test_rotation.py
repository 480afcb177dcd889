#!/usr/bin/env python3
"""test_rotation.py - what a ring buffer cut into files is one capture, and what merely looks like it is not.

usage: test_rotation.py MTLSCOPE GENERATE

A capture of many sessions is cut into parts in the middle of its handshakes, named as tcpdump and dumpcap do; the result
must be that of the uncut capture. Prints TAP.
"""
import gzip
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.join(TESTS, 'cli')]
from harness import ARGUMENTS, PROGRAM, SAMPLES, main, same, test

GENERATE = ARGUMENTS[1]

PARTS = 6
DUMPCAP = ['x_%05d_202601011200%02d.pcap' % (n + 1, n) for n in range(PARTS)]
TCPDUMP = ['x.pcap' + (str(n) if n else '') for n in range(PARTS)]
BY_TIME = ['x-20260101-12%02d.pcap' % n for n in range(PARTS)]
BESIDE_TIME = ['x.pcap.1200%02d' % n for n in range(PARTS)]
KEY = r'\b[0-9a-f]{8}-'  # of a session, begins with its capture's hash


def analyze(database, *args):
    done = subprocess.run([PROGRAM, 'analyze', '--no-progress', '-o', database, *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace', timeout=120)
    if done.returncode not in (0, 2):
        raise AssertionError('analyze ended with %d: %s' % (done.returncode, done.stderr))
    return done


def rows(database, sql):
    db = sqlite3.connect('file:%s?mode=ro' % database, uri=True)
    result = db.execute(sql).fetchall()
    db.close()
    return result


def sessions(database):
    """All of a database's sessions, by frame, with what stands in the views about them."""
    db = sqlite3.connect('file:%s?mode=ro' % database, uri=True)
    columns = [c[0] for c in db.execute('SELECT * FROM sessions').description]
    columns = [c for c in columns if c not in ('session_id', 'capture_id', 'session_key', 'capture_path')]
    result = db.execute('SELECT %s FROM sessions ORDER BY first_frame' % ', '.join(columns)).fetchall()
    for view in ('facts', 'messages', 'findings'):
        names = [c[0] for c in db.execute('SELECT * FROM ' + view).description if c[0] != 'session_id']
        result.append(sorted(re.sub(KEY, 'KEY-', repr(row)) for row in db.execute('SELECT s.first_frame, %s FROM %s v JOIN sessions s USING (session_id)' %
                                                  (', '.join('v.' + n for n in names), view))))
    db.close()
    return result


def packets(path):
    """(file header, [record]) of a classic pcap file"""
    data = open(path, 'rb').read()
    found, at = [], 24
    while at < len(data):
        end = at + 16 + struct.unpack('<I', data[at + 8:at + 12])[0]
        found.append(data[at:end])
        at = end
    return data[:24], found


def write(path, header, records, shift=0):
    """The same packets, SHIFT seconds later."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(header)
        for r in records:
            file.write(struct.pack('<I', struct.unpack('<I', r[:4])[0] + shift) + r[4:])


def pcapng(header, records):
    """The same packets in the other format."""
    nano = struct.unpack('<I', header[:4])[0] == 0xa1b23c4d
    link = struct.unpack('<I', header[20:24])[0]
    out = struct.pack('<IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
    out += struct.pack('<IIHHIHHBxxxHHI', 1, 32, link, 0, 262144, 9, 1, 9, 0, 0, 32)
    for r in records:
        seconds, fraction, caplen, length = struct.unpack('<IIII', r[:16])
        ticks = seconds * 10**9 + fraction * (1 if nano else 1000)
        size = 32 + (caplen + 3) // 4 * 4
        out += struct.pack('<IIIIIII', 6, size, 0, ticks >> 32, ticks & 0xffffffff, caplen, length)
        out += r[16:] + bytes(-caplen % 4) + struct.pack('<I', size)
    return out


def cut(count):
    """The capture's records in COUNT pieces."""
    header, all_records = packets('whole.pcap')
    size = len(all_records) // count + 1
    return header, [all_records[i:i + size] for i in range(0, len(all_records), size)]


def make(folder, names, shifts=None, only=None):
    header, pieces = cut(len(names))
    for number, (name, piece) in enumerate(zip(names, pieces)):
        if only is None or number in only:
            write(os.path.join(folder, name), header, piece, (shifts or {}).get(number, 0))


def one_capture(folder, names, first=0):
    analyze(folder + '.db', folder)
    same(rows(folder + '.db', 'SELECT path FROM captures'), [(os.path.join(folder, names[first]),)], folder)
    same([os.path.basename(p) for p, in rows(folder + '.db', 'SELECT path FROM capture_parts ORDER BY part_no')],
         list(names[first:]) + list(names[:first]), 'parts')
    same(sessions(folder + '.db') == sessions('whole.db'), True, folder + ': the same as the uncut capture')


@test
def as_uncut():
    subprocess.run([GENERATE, 'whole.pcap', '300', '0', '7'] + sorted(
        os.path.join(SAMPLES, n) for n in os.listdir(SAMPLES) if n.endswith(('.pcap', '.pcapng'))), check=True,
        stdout=subprocess.DEVNULL)
    analyze('whole.db', 'whole.pcap')
    for folder, names in (('dumpcap', DUMPCAP), ('tcpdump', TCPDUMP), ('time', BY_TIME), ('beside', BESIDE_TIME)):
        make(folder, names)
        one_capture(folder, names)


@test
def parts_know_their_first_frame():
    header, pieces = cut(PARTS)
    firsts = [1 + sum(map(len, pieces[:n])) for n in range(PARTS)]
    same([f for f, in rows('tcpdump.db', 'SELECT first_frame FROM capture_parts ORDER BY part_no')], firsts)
    same(rows('tcpdump.db', 'SELECT packets, size FROM captures'),
         [(sum(map(len, pieces)), sum(os.path.getsize('tcpdump/' + n) for n in TCPDUMP))])


@test
def pcapng_and_compressed():
    header, pieces = cut(PARTS)
    os.makedirs('ng')
    names = [n + 'ng' for n in DUMPCAP]
    for name, piece in zip(names, pieces):
        open('ng/' + name, 'wb').write(pcapng(header, piece))
    analyze('ng.db', 'ng')
    same(rows('ng.db', 'SELECT count(*), sum(packets) FROM captures'), rows('whole.db', 'SELECT 1, packets FROM captures'))
    same(rows('ng.db', 'SELECT first_frame, verdict FROM sessions ORDER BY 1'),
         rows('whole.db', 'SELECT first_frame, verdict FROM sessions ORDER BY 1'))
    make('gz', TCPDUMP)
    for name in TCPDUMP[:-1]:  # as tcpdump -z gzip leaves them: the last is not packed yet
        open('gz/%s.gz' % name, 'wb').write(gzip.compress(open('gz/' + name, 'rb').read()))
        os.unlink('gz/' + name)
    one_capture('gz', [n + '.gz' for n in TCPDUMP[:-1]] + TCPDUMP[-1:])
    same(rows('gz.db', 'SELECT content_hash FROM captures'), rows('tcpdump.db', 'SELECT content_hash FROM captures'))


@test
def a_ring_that_began_anew():
    names = ['ring.pcap%d' % ((n + 3) % PARTS) for n in range(PARTS)]  # the oldest is number 3
    make('ring', names)
    one_capture('ring', names)


@test
def unchanged_is_not_opened():
    for folder in ('dumpcap', 'time'):
        done = analyze(folder + '.db', '--stats', folder)
        same('0 captures read' in done.stderr, True, done.stderr)
        same(rows(folder + '.db', 'SELECT count(*) FROM captures'), [(1,)])
    os.utime('time/' + BY_TIME[2])
    for more in ((), ('--verify',), ('--force',), ('--jobs', '1', '--force')):
        analyze('time.db', *more, 'time')
        same(sessions('time.db') == sessions('whole.db'), True, 'after ' + repr(more))
        same(rows('time.db', 'SELECT count(*) FROM capture_parts'), [(PARTS,)])
    done = analyze('time.db', '--stats', 'time/' + BY_TIME[3])
    same('0 captures read' in done.stderr, True, 'a part alone: ' + done.stderr)


@test
def a_copy_is_another_name():
    shutil.copytree('tcpdump', 'copied')
    shutil.copy('tcpdump.db', 'copied.db')
    analyze('copied.db', 'copied')
    same(rows('copied.db', 'SELECT count(*) FROM captures'), [(1,)])
    same([p for p, in rows('copied.db', 'SELECT path FROM capture_names ORDER BY 1')], ['copied/x.pcap', 'tcpdump/x.pcap'])
    same(sessions('copied.db') == sessions('whole.db'), True, 'sessions')
    same('0 captures read' in analyze('copied.db', '--stats', 'copied', 'tcpdump').stderr, True, 'again')


@test
def a_set_that_has_grown():
    header, pieces = cut(PARTS)
    for steps in (1, 2, 4, PARTS):  # alone, with others, and the last one half written
        shutil.rmtree('grown', ignore_errors=True)
        for n in range(steps):
            half = n == steps - 1 and steps < PARTS
            write('grown/' + DUMPCAP[n], header, pieces[n][:len(pieces[n]) // 2] if half else pieces[n])
        analyze('grown.db', 'grown')
        same(rows('grown.db', 'SELECT count(*) FROM captures'), [(1,)], '%d parts' % steps)
    same(sessions('grown.db') == sessions('whole.db'), True, 'sessions')
    analyze('single.db', '--no-rotation', 'grown')
    same(rows('single.db', 'SELECT count(*) FROM captures'), [(PARTS,)])
    analyze('single.db', 'grown')
    same(rows('single.db', 'SELECT count(*) FROM captures'), [(1,)], 'the parts are in the set')
    same(sessions('single.db') == sessions('whole.db'), True, 'sessions')


@test
def the_last_part_is_cut_short():
    make('short', DUMPCAP)
    with open('short/' + DUMPCAP[-1], 'r+b') as file:
        file.truncate(os.path.getsize('short/' + DUMPCAP[-1]) - 7)
    analyze('short.db', 'short')
    (problem, parts), = rows('short.db', 'SELECT problem, count(*) FROM captures JOIN capture_parts USING (capture_id)')
    same((parts, problem.startswith(DUMPCAP[-1] + ': ends inside packet')), (PARTS, True), problem)


def apart(folder, groups):
    """The captures of a folder have these numbers of parts, 0 for a file of its own."""
    analyze(folder + '.db', folder)
    same([n for n, in rows(folder + '.db', 'SELECT (SELECT count(*) FROM capture_parts p WHERE p.capture_id = c.capture_id) '
                           'FROM captures c ORDER BY path')], groups, folder)


@test
def looks_alike():
    for folder, names in (('letters', 'abcdef'), ('cases', ['case%d' % n for n in range(PARTS)])):
        make(folder, [n + '.pcap' for n in names])
        apart(folder, [0] * PARTS)
    make('gap', BY_TIME, {3: 60, 4: 60, 5: 60})
    apart('gap', [3, 3])
    make('overlap', BY_TIME, {n: -n for n in range(PARTS)})
    apart('overlap', [0] * PARTS)
    make('missing', DUMPCAP, only=(0, 1, 3, 4))
    apart('missing', [2, 2])
    make('link', TCPDUMP)
    with open('link/' + TCPDUMP[3], 'r+b') as file:
        file.seek(20)
        file.write(struct.pack('<I', 113))
    apart('link', [3, 0, 2])
    make('folders', TCPDUMP[:3])
    os.mkdir('folders/deeper')
    os.rename('folders/' + TCPDUMP[1], 'folders/deeper/' + TCPDUMP[1])
    apart('folders', [0, 0, 0])
    analyze('off.db', '--no-rotation', 'tcpdump')
    same(rows('off.db', 'SELECT count(*) FROM captures'), [(PARTS,)])


sys.exit(main())
