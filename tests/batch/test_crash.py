#!/usr/bin/env python3
"""test_crash.py - whatever ends a run, the database holds whole captures, and the next run makes it whole.

usage: test_crash.py [--kills N] MTLSCOPE GENERATE

Kills at N random moments (25, or MTLSCOPE_KILLS), writes cut short by a limit on file sizes and by a file system that is
full, two runs into one database, readers meanwhile. Every time the same command is run again, and the contents must be
those of a run that nobody disturbed. Prints TAP.
"""
import argparse
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'samples')
sys.path.insert(0, os.path.dirname(HERE))
from contents import contents, differences

LINE_MAX = 400  # of what a failed comparison prints
FULL_SIZES = (40, 200, 450, 700)  # KiB that a database may have before its disk is full
DATABASE = 'db/x.db'
TESTS = []


class Skip(Exception):
    """What the test needs is not here."""


def test(function):
    TESTS.append(function)
    return function


def make_batch(generate):
    os.mkdir('in')
    paths = sorted(os.path.join(SAMPLES, n) for n in os.listdir(SAMPLES) if '.pcap' in n)
    for path in paths[:12]:
        shutil.copy(path, 'in')
        shutil.copy(path, 'in/copy-of-' + os.path.basename(path))
    with zipfile.ZipFile('in/packed.zip', 'w') as packed:
        for path in paths[12:16]:
            packed.write(path, os.path.basename(path))
    for number, sessions in enumerate((40, 200, 5, 60)):
        subprocess.run([generate, 'in/clone-%d.pcap' % number, str(sessions), '0', str(number + 1),
                        *[p for p in paths if p.endswith('.pcap')]], check=True, stdout=subprocess.DEVNULL)


class Batch:
    def __init__(self, program, kills):
        self.program, self.kills = program, kills
        self.random = random.Random(kills)
        self.analyze('reference.db', 1)
        start = time.monotonic()
        self.analyze('timed.db', 2)
        self.seconds = time.monotonic() - start
        self.reference = contents('reference.db')

    def command(self, database, jobs, paths=('in',)):
        return [self.program, 'analyze', '--no-progress', '--incident', 'I', '--jobs', str(jobs), '-o', database, *paths]

    def analyze(self, database, jobs, status=(0, 2), **options):
        done = subprocess.run(self.command(database, jobs), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors='replace', timeout=120, **options)
        if done.returncode not in status:
            raise AssertionError('analyze ended with %d: %s' % (done.returncode, done.stderr))
        return done

    def fresh(self):
        shutil.rmtree('db', ignore_errors=True)
        os.mkdir('db')

    def whole(self):
        """What is committed is whole captures; run after a crash, before anybody repairs anything."""
        if not os.path.exists(DATABASE) or os.path.getsize(DATABASE) == 0:
            return
        db = sqlite3.connect(DATABASE)
        try:
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'captures'").fetchall():
                return
            torn = db.execute('SELECT count(*) FROM captures c WHERE c.sessions <> '
                              '(SELECT count(*) FROM sessions s WHERE s.capture_id = c.capture_id)').fetchone()[0]
            loose = db.execute('SELECT count(*) FROM sessions WHERE capture_id NOT IN (SELECT capture_id FROM captures)')
            if torn or loose.fetchone()[0]:
                raise AssertionError('%d captures are torn' % torn)
        finally:
            db.close()

    def completes(self, what):
        self.analyze(DATABASE, self.random.choice((1, 2, 3)))
        wrong = differences('reference.db', DATABASE, self.reference)
        if wrong:
            raise AssertionError('\n'.join([what] + [line[:LINE_MAX] for line in wrong]))
        left = [n for n in os.listdir('db') if n != 'x.db']
        if left:
            raise AssertionError('%s: left behind: %r' % (what, left))


def one_line(done):
    """A run that could not go on says so in one line; warnings about the captures stand before it."""
    faults = [line for line in done.stderr.split('\n') if line.startswith('mtlscope: ')]
    if done.returncode == 1 and len(faults) != 1 or 'Traceback' in done.stderr:
        raise AssertionError('not one line: %s' % done.stderr)


@test
def killed_at_random_moments(batch):
    landed = number = 0
    while landed < batch.kills:  # some come too late
        number += 1
        batch.fresh()
        for _ in range(batch.random.choice((1, 1, 2, 3))):
            process = subprocess.Popen(batch.command(DATABASE, batch.random.choice((1, 2, 4))), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(batch.random.random() * batch.seconds)
            process.send_signal(signal.SIGKILL)
            landed += process.wait() == -signal.SIGKILL
            batch.whole()
        batch.completes('kill %d' % number)
        if number > 4 * batch.kills:
            raise AssertionError('only %d kills of %d came in time' % (landed, number))
    print('# %d runs were killed before they ended' % landed)


@test
def files_may_not_grow(batch):
    failed = 0
    for kib in FULL_SIZES:
        for jobs in (1, 2):
            batch.fresh()
            limit = (kib * 1024, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
            done = batch.analyze(DATABASE, jobs, (0, 1, 2),
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
            failed += done.returncode == 1 or 'continue' in done.stderr
            batch.whole()
            batch.completes('%d KiB' % kib)
    print('# %d of %d runs could not write' % (failed, 2 * len(FULL_SIZES)))
    if not failed:
        raise AssertionError('no run met the limit')


@test
def disk_is_full(batch):
    failed = 0
    os.mkdir('disk')
    for kib in FULL_SIZES:
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%dk' % kib, 'none', 'disk'], stderr=subprocess.DEVNULL).returncode:
            raise Skip('no file system can be mounted here')
        try:
            done = batch.analyze('disk/x.db', batch.random.choice((1, 2)), (0, 1, 2))
            one_line(done)
            batch.fresh()
            for name in os.listdir('disk'):
                shutil.copy('disk/' + name, 'db/' + name)
        finally:
            subprocess.run(['umount', 'disk'], check=True)
        batch.whole()
        failed += done.returncode == 1 or 'continue' in done.stderr
        batch.completes('%d KiB of disk' % kib)
    print('# %d of %d disks were full' % (failed, len(FULL_SIZES)))
    if not failed:
        raise AssertionError('no disk was full')


@test
def two_at_once(batch):
    """Each waits for the other, or says in one line that it could not."""
    batch.fresh()
    runs = [subprocess.Popen(batch.command(DATABASE, jobs), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True) for jobs in (1, 2)]
    for process in runs:
        lines = process.communicate(timeout=120)[1]
        if process.returncode not in (0, 2) and lines.count('\n') != 1:
            raise AssertionError('ended with %d: %s' % (process.returncode, lines))
    batch.whole()
    batch.completes('two at once')


@test
def readers_go_on(batch):
    batch.fresh()
    process = subprocess.Popen(batch.command(DATABASE, 2), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    asked = 0
    while process.poll() is None:
        if os.path.exists(DATABASE) and os.path.getsize(DATABASE) > 0:
            done = subprocess.run([batch.program, 'failures', DATABASE], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True, timeout=60)
            asked += 1
            if done.returncode and 'not a mtlscope database' not in done.stderr:
                raise AssertionError('failures ended with %d: %s' % (done.returncode, done.stderr))
    print('# %d questions' % asked)
    batch.completes('readers')


@test
def interrupted_and_continued(batch):
    """SIGINT: what is in hand is finished, the rest is for the next run."""
    for number in range(5):
        batch.fresh()
        process = subprocess.Popen(batch.command(DATABASE, number % 3 + 1), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while not os.path.exists(DATABASE) and process.poll() is None:
            time.sleep(0.002)
        time.sleep(batch.random.random() * batch.seconds / 2)
        process.send_signal(signal.SIGINT)
        lines = process.communicate(timeout=60)[1]
        if process.returncode not in (130, 0, 2) or (process.returncode == 130 and 'the same command continues' not in lines):
            raise AssertionError('ended with %d: %s' % (process.returncode, lines))
        batch.completes('interruption %d' % number)


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument('--kills', type=int, default=int(os.environ.get('MTLSCOPE_KILLS', '25')))
    options.add_argument('program')
    options.add_argument('generate')
    options = options.parse_args()
    program, generate = os.path.abspath(options.program), os.path.abspath(options.generate)
    print('1..%d' % len(TESTS))
    failed = 0
    with tempfile.TemporaryDirectory(prefix='mtlscope-crash-') as directory:
        os.chdir(directory)
        make_batch(generate)
        batch = Batch(program, options.kills)
        for number, function in enumerate(TESTS, 1):
            try:
                function(batch)
                print('ok %d - %s' % (number, function.__name__), flush=True)
            except Skip as why:
                print('ok %d - %s # SKIP %s' % (number, function.__name__, why), flush=True)
            except Exception as error:  # one test must not hide the others
                failed += 1
                print('not ok %d - %s' % (number, function.__name__))
                print('# ' + str(error).replace('\n', '\n# '), flush=True)
        os.chdir('/')
    return 1 if failed else 0


sys.exit(main())
