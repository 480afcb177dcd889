#!/usr/bin/env python3
"""test_batch.py - many captures in one run: whatever the jobs, the order and the copies, the contents are the same.

usage: test_batch.py MTLSCOPE GENERATE

Captures are those of samples/, and larger ones that GENERATE (tests/bench) clones from them; everything happens in a
directory of its own. Prints TAP.
"""
import os
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import zipfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.join(TESTS, 'cli')]
from contents import contents, differences
from harness import ARGUMENTS, PROGRAM, SAMPLES, main, same, test

GENERATE = ARGUMENTS[1]



def samples():
    return sorted(os.path.join(SAMPLES, n) for n in os.listdir(SAMPLES) if '.pcap' in n)


def analyze(database, *args, status=(0, 2)):
    done = subprocess.run([PROGRAM, 'analyze', '-o', database, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace', timeout=120)
    if done.returncode not in status:
        raise AssertionError('analyze ended with %d: %s' % (done.returncode, done.stderr))
    return done


LINE_MAX = 400
OTHER_BLOCK = struct.pack('=IIIII', 0xbad, 20, 32473, 0, 20)  # a custom block: another content
KEPT = {}  # contents of databases that are compared with again and again


def equal(a, b):
    if a not in KEPT:
        KEPT[a] = contents(a)
    wrong = differences(a, b, KEPT[a])
    if wrong:
        raise AssertionError('\n'.join(line[:LINE_MAX] for line in wrong))


def make_batch():
    """A folder like an incident's: samples, copies of them, text, and captures of many sessions."""
    os.makedirs('batch/copies')
    for path in samples():
        shutil.copy(path, 'batch')
        if len(path) % 2:
            shutil.copy(path, 'batch/copies/again-' + os.path.basename(path))
    with open('batch/notes.txt', 'w') as file:
        file.write('Dear all, these are the captures.')
    with zipfile.ZipFile('batch/packed.zip', 'w') as packed:  # captures, one of them a copy, among them a text
        for path in samples()[:4]:
            packed.writestr('in/' + os.path.basename(path), open(path, 'rb').read() + OTHER_BLOCK)
        packed.write(samples()[5], 'copy.pcapng')
        packed.writestr('readme', 'text')
    templates = [p for p in samples() if p.endswith('.pcap')]
    for number, sessions in enumerate((10, 500, 50, 1, 300)):
        subprocess.run([GENERATE, 'batch/clone-%d.pcap' % number, str(sessions), '0', str(number + 1), *templates],
                       check=True, stdout=subprocess.DEVNULL)


@test
def jobs_and_order_change_nothing():
    make_batch()
    paths = [os.path.join(f, n) for f, _, names in os.walk('batch') for n in names]
    for jobs in (1, 2, 4):
        analyze('jobs-%d.db' % jobs, '--no-progress', '--jobs', str(jobs), '--incident', 'I', 'batch')
    equal('jobs-1.db', 'jobs-2.db')
    equal('jobs-1.db', 'jobs-4.db')
    for seed in range(3):
        random.Random(seed).shuffle(paths)
        analyze('order-%d.db' % seed, '--no-progress', '--jobs', str(seed + 1), '--incident', 'I', *paths)
        equal('jobs-1.db', 'order-%d.db' % seed)


@test
def little_memory_changes_nothing():
    """Everything waits in files, and many captures are stored out of turn."""
    analyze('little.db', '--no-progress', '--jobs', '4', '--max-memory', '1', '--incident', 'I', 'batch')
    equal('jobs-1.db', 'little.db')
    analyze('less.db', '--no-progress', '--jobs', '4', '--max-memory', '600M', '--incident', 'I', 'batch')
    equal('jobs-1.db', 'less.db')


@test
def a_second_run_reads_nothing():
    done = analyze('jobs-2.db', '--no-progress', '--stats', '--jobs', '4', '--incident', 'I', 'batch')
    same(re.findall(r'(\d+) captures read', done.stderr), ['0'], done.stderr)
    equal('jobs-1.db', 'jobs-2.db')
    for more in ('--verify', '--force'):
        analyze('jobs-2.db', '--no-progress', '--jobs', '4', '--incident', 'I', more, 'batch')
        equal('jobs-1.db', 'jobs-2.db')


@test
def a_line_per_capture():
    done = analyze('lines.db', '--jobs', '2', 'batch/clone-0.pcap', 'batch/clone-4.pcap', 'batch/notes.txt')
    lines = done.stderr.split('\n')
    count = {row[0]: row[1:] for row in sqlite3.connect('jobs-1.db').execute(
        'SELECT c.path, c.sessions, count(f.session_id) FROM captures c LEFT JOIN failed_mutual_auth f USING (capture_id) '
        'GROUP BY 1')}
    want = ['%d of 3  %s  %d sessions, %d failed' % (n, p, *count[p])
            for n, p in enumerate(('batch/clone-0.pcap', 'batch/clone-4.pcap'), 1)]
    same(lines[:2], want, done.stderr)
    quiet = analyze('quiet.db', '--no-progress', 'batch/clone-0.pcap', 'batch/clone-4.pcap')
    same(quiet.stderr, '')
    alone = analyze('alone.db', 'batch/clone-0.pcap')
    same(alone.stderr, '')


@test
def a_fault_is_one_line():
    os.mkdir('closed')
    os.mkdir('closed/x.db')
    for jobs in ('1', '2'):
        done = analyze('closed/x.db', '--jobs', jobs, 'batch', status=(1,))
        same(done.stderr.count('\n'), 1, done.stderr)


sys.exit(main())
