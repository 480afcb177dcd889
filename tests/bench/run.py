#!/usr/bin/env python3
"""run.py - how fast, how large: measures mtlscope on captures that generate.c makes.

usage: run.py [options] BUILD        BUILD: a release build with tests; with -Db_lto=true it is what samples/try builds

A: 200,000 sessions of the samples' kinds, handshakes only. Reported: sessions per second of CPU time
   (user + system) without and with nDPI, and merging the result into a new database; peak memory.
B: 2,000 sessions of 1 MB. Reported: CPU time against a bare pcap_next_ex loop over the same file, in
   alternating pairs.
C: 400 sessions of 1 MB, compressed. Reported: wall clock of the tool that decompresses it against that of
   mtlscope, in alternating pairs; and of the capture as it is, which is what the analysis takes alone.
--smoke makes a small one of each instead and checks that every session is found (a test, TAP).
"""
import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'samples')
NO_TEMPLATE = ('cut-short', 'lost-client-flight', 'never-reached-tls', 'cut-by-a-wall',
               'ocsp', 'swallowed', 'https-to', 'card-not')  # damaged, or more than sessions
FINISHED = ('accepted', 'never', 'optional', 'nginx', 'resumed', 'tls13-accepted')  # these can carry data
MEGABYTE = 1 << 20


def templates(bulk):
    names = sorted(n for n in os.listdir(SAMPLES) if n.endswith(('.pcap', '.pcapng')) and not n.startswith(NO_TEMPLATE))
    return [os.path.join(SAMPLES, n) for n in names if not bulk or n.startswith(FINISHED)]


def measure(command):
    """(CPU seconds, peak memory in MiB) of a command; its output is thrown away."""
    with open(os.devnull, 'w') as null:
        child = subprocess.Popen(command, stdout=null, stderr=null, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit('run.py: %s ended with %d' % (' '.join(command[:2]), child.returncode))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


class Bench:
    def __init__(self, options, directory):
        self.options, self.directory = options, directory
        self.program = os.path.join(options.build, 'analyzer', 'cli', 'mtlscope')
        self.tools = os.path.join(options.build, 'tests', 'bench')
        self.database = os.path.join(directory, 'bench.db')

    def generate(self, name, sessions, bulk):
        path = os.path.join(self.directory, name + '.pcap')
        subprocess.run([os.path.join(self.tools, 'generate'), path, str(sessions), str(bulk), str(self.options.seed)]
                       + templates(bulk), check=True)
        os.sync()  # or the kernel writes it out while the first runs are measured
        return path

    def analyze(self, capture, *more):
        for tail in ('', '-wal', '-shm', '-journal'):
            if os.path.exists(self.database + tail):
                os.unlink(self.database + tail)
        return measure([self.program, 'analyze', '--no-progress', '-o', self.database, *more, capture])

    def found(self):
        db = sqlite3.connect('file:%s?mode=ro' % self.database, uri=True)
        count = db.execute('SELECT count(*) FROM sessions').fetchone()[0]
        db.close()
        return count

    def sessions_per_second(self, capture, *more):
        runs = [self.analyze(capture, *more) for _ in range(self.options.runs)]
        seconds = statistics.median(run[0] for run in runs)
        return self.options.sessions / seconds, max(run[1] for run in runs)

    def a(self):
        capture = self.generate('a', self.options.sessions, 0)
        for name, more in (('without nDPI', ['--no-ndpi']), ('with nDPI', [])):
            rate, memory = self.sessions_per_second(capture, *more)
            print('A, %-12s %8.0f sessions per CPU second, peak %.0f MiB, %d of %d sessions found'
                  % (name, rate, memory, self.found(), self.options.sessions), flush=True)
        self.merge()
        os.unlink(capture)

    def merge(self):
        """A's database as a shard, into a new one."""
        merged, used = os.path.join(self.directory, 'merged.db'), []
        for _ in range(self.options.runs):
            used.append(measure([self.program, 'merge', merged, self.database]))
            os.unlink(merged)
        print('A, %-12s %8.0f sessions per CPU second, peak %.0f MiB'
              % ('merged', self.options.sessions / statistics.median(run[0] for run in used), max(run[1] for run in used)),
              flush=True)

    def b(self):
        capture = self.generate('b', self.options.bulk_sessions, MEGABYTE)
        for name, more in (('without nDPI', ['--no-ndpi']), ('with nDPI', [])):
            ratios = []
            for _ in range(self.options.runs):
                floor = measure([os.path.join(self.tools, 'pcap_loop'), capture])[0]
                ratios.append(self.analyze(capture, *more)[0] / floor)
            print('B, %-12s %.2f times the bare loop (median of %d pairs: %s), %d of %d sessions found'
                  % (name, statistics.median(ratios), len(ratios), ' '.join('%.2f' % r for r in ratios), self.found(),
                     self.options.bulk_sessions), flush=True)
        os.unlink(capture)

    def c(self):
        capture = self.generate('c', 400, MEGABYTE)
        for tool, suffix in (('gzip', '.gz'), ('zstd', '.zst')):
            subprocess.run([tool, '-qk', capture], check=True)
            ratios, plain = [], []
            for _ in range(self.options.runs):
                floor = self.wall(lambda: measure([tool, '-dc', capture + suffix]))
                ratios.append(floor / self.wall(lambda: self.analyze(capture + suffix, '--no-ndpi')))
                plain.append(floor / self.wall(lambda: self.analyze(capture, '--no-ndpi')))
            print('C, %-12s %.2f of the speed of %s -dc (median of %d pairs: %s); not compressed %.2f'
                  % (suffix, statistics.median(ratios), tool, len(ratios), ' '.join('%.2f' % r for r in ratios),
                     statistics.median(plain)), flush=True)

    @staticmethod
    def wall(function):
        began = time.monotonic()
        function()
        return time.monotonic() - began

    def smoke(self):
        print('1..2')
        for number, (name, sessions, bulk) in enumerate((('handshakes', 300, 0), ('bulk', 20, 200000)), 1):
            self.analyze(self.generate(name, sessions, bulk), '--no-ndpi')
            print('%s %d - %s: %d of %d sessions found' % ('ok' if self.found() == sessions else 'not ok', number, name,
                                                         self.found(), sessions))


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument('--sessions', type=int, default=200000)
    options.add_argument('--bulk-sessions', type=int, default=2000)
    options.add_argument('--runs', type=int, default=5)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--only', choices=('a', 'b', 'c'))
    options.add_argument('--smoke', action='store_true')
    options.add_argument('build')
    options = options.parse_args()
    with tempfile.TemporaryDirectory(prefix='mtlscope-bench-') as directory:
        bench = Bench(options, directory)
        if options.smoke:
            return bench.smoke()
        for name in 'abc':
            if options.only in (None, name):
                getattr(bench, name)()


main()
