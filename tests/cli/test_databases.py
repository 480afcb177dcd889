#!/usr/bin/env python3
"""test_databases.py - merge, remove and --incident from outside: whole databases held against each other.

usage: test_databases.py MTLSCOPE

Captures are those of samples/; everything happens in a directory of its own. Prints TAP.
"""
import functools
import glob
import itertools
import os
import random
import resource
import signal
import sqlite3
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import harness  # noqa: E402
from contents import contents, differences  # noqa: E402
from harness import PROGRAM, contains, fails, main, same, test  # noqa: E402

SAMPLES = sorted(glob.glob(os.path.join(os.path.dirname(os.path.dirname(HERE)), 'samples', '*.pcap*')))
CAPTURE = [name for name in SAMPLES if 'expired-certificate' in name][0]
KILLS = 30
run = functools.partial(harness.run, timeout=120)


def good(*args, status=(0, 2)):
    done = run(*args)
    if done.returncode not in status:
        raise AssertionError('%r: %d %s' % (args, done.returncode, done.stderr))
    return done


def same_contents(a, b):
    lines = differences(a, b)
    if lines:
        raise AssertionError('\n'.join(lines))


def rows(path, sql):
    db = sqlite3.connect(path)
    found = db.execute(sql).fetchall()
    db.close()
    return found


def remove(path):
    for name in glob.glob(path + '*'):
        os.unlink(name)


def incident(number):
    """Every third sample is of no incident; the others are of two."""
    return ['--incident', 'INC-%d' % (number % 3)] if number % 3 else []


def analyze(path, captures):
    """One run per incident, as they are options of a run."""
    for of in range(3):
        mine = [name for name in captures if SAMPLES.index(name) % 3 == of]
        if mine:
            good('analyze', '--no-progress', '-o', path, *incident(of), *mine)


def single():
    if not os.path.exists('single.db'):
        analyze('single.db', SAMPLES)
    return 'single.db'


def shards():
    """Four, which overlap: each sample is in one or two of them."""
    names = ['shard-%d.db' % number for number in range(4)]
    for number, name in enumerate(names):
        if not os.path.exists(name):
            analyze(name, [s for at, s in enumerate(SAMPLES) if at % 4 == number or at % 5 == number])
    return names


@test
def equals_a_single_run():
    for number, order in enumerate(itertools.permutations(shards())):
        if number % 5 == 0:
            remove('out.db')
            done = good('merge', 'out.db', *order, status=(0,))
            same_contents(single(), 'out.db')
    contains(done.stdout, '4 shards into out.db: %d captures' % len(SAMPLES))
    contains(done.stdout, 'there already')
    same(len(contents('out.db')['related']) > 0, True, 'related sessions')
    same(os.stat('out.db').st_mode & 0o777, 0o600)
    same([name for name in os.listdir('.') if name.startswith('out.db')], ['out.db'])


@test
def again_changes_nothing():
    remove('again.db')
    good('merge', 'again.db', *shards())
    before = contents('again.db')
    done = good('merge', 'again.db', *shards(), status=(0,))
    contains(done.stdout, ': 0 captures, 0 sessions; ')
    same(contents('again.db'), before)


@test
def into_a_database_of_its_own():
    remove('own.db')
    analyze('own.db', SAMPLES[::2])
    good('merge', 'own.db', *shards(), status=(0,))
    same_contents(single(), 'own.db')


@test
def what_was_merged_is_known():
    remove('known.db')
    good('merge', 'known.db', *shards())
    done = good('analyze', '--no-progress', '--stats', '-o', 'known.db', *SAMPLES)
    contains(done.stderr, '0 captures read')


@test
def kill_at_any_moment():
    remove('killed.db')
    chance, kills = random.Random(5), 0
    for _ in range(KILLS):
        if chance.random() < 0.2:
            remove('killed.db')
        process = subprocess.Popen([PROGRAM, 'merge', 'killed.db', *shards()], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    good('merge', 'killed.db', *shards(), status=(0,))
    same_contents(single(), 'killed.db')
    same(kills > 0, True, 'kills')


@test
def full_disk():
    """No file may grow beyond a limit, as on a full disk; then there is room again."""
    remove('full.db')
    whole = os.path.getsize(single())
    said = []
    for limit in range(whole // 8, whole * 2, whole // 4):
        done = run('merge', 'full.db', *shards(), preexec_fn=lambda: small_files(limit))
        same(done.returncode in (0, 1, 2), True, done.stderr)
        said += [done.stderr] if done.returncode else []
    same(len(said) > 0, True, 'faults')
    for text in said:
        contains(text, 'full.db: no space left on ')
    good('merge', 'full.db', *shards(), status=(0,))
    same_contents(single(), 'full.db')


def small_files(limit):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@test
def a_bad_shard_keeps_no_other_out():
    remove('some.db')
    open('text.db', 'w').write('Dear all, ' * 20)
    done = run('merge', 'some.db', 'absent.db', *shards(), 'text.db', 'some.db')
    same((done.returncode, done.stderr.count('\n')), (2, 3), done.stderr)
    contains(done.stderr, 'absent.db: no such file')
    contains(done.stderr, 'text.db: not an SQLite file')
    contains(done.stderr, 'some.db: is the database to merge into')
    same_contents(single(), 'some.db')


@test
def bad_usage_of_merge():
    fails(run('merge'), 1, 'mtlscope merge OUT.db SHARD.db...')
    fails(run('merge', 'only.db'), 1, 'mtlscope merge OUT.db SHARD.db...')
    fails(run('merge', 'none.db', 'absent.db'), 1, 'absent.db: no such file')
    same(os.path.exists('none.db'), False, 'a database for nothing')
    open('text.db', 'w').write('Dear all, ' * 20)
    fails(run('merge', 'text.db', shards()[0]), 1, 'text.db: not an SQLite file')
    db = sqlite3.connect('newer.db')
    db.executescript('PRAGMA application_id = %d; PRAGMA user_version = 99; CREATE TABLE x (y)' % 0x6d746c73)
    db.close()
    fails(run('merge', 'none.db', 'newer.db'), 1, 'newer.db: written by a newer mtlscope (schema 99')


@test
def shards_are_only_read():
    remove('ro.db')
    name = shards()[0]
    before = open(name, 'rb').read()
    os.chmod(name, 0o400)
    good('merge', 'ro.db', name, status=(0,))
    os.chmod(name, 0o600)
    same(open(name, 'rb').read() == before, True)


@test
def remove_undoes_analyze():
    remove('less.db')
    analyze('less.db', SAMPLES)
    done = good('remove', 'less.db', '--incident', 'INC-2', status=(0,))
    contains(done.stdout, 'incident INC-2 removed: %d captures, ' % len(SAMPLES[2::3]))
    rest = [s for s in SAMPLES if SAMPLES.index(s) % 3 != 2]
    analyze('rest.db', rest)
    same_contents('rest.db', 'less.db')
    capture, path = rows('less.db', 'SELECT capture_id, path FROM captures ORDER BY 1 DESC')[0]
    contains(good('remove', 'less.db', '--capture', str(capture), status=(0,)).stdout, 'capture %d removed: 1 c' % capture)
    same(rows('less.db', "SELECT count(*) FROM captures WHERE path = '%s'" % path), [(0,)])
    analyze('less.db', SAMPLES)  # what was removed is not skipped as known
    same_contents(single(), 'less.db')


@test
def bad_usage_of_remove():
    before = open(single(), 'rb').read()
    fails(run('remove', single()), 1, 'say what: --incident ID, or --capture ID')
    fails(run('remove', single(), '--incident', 'INC-1', '--capture', '1'), 1, 'say what')
    fails(run('remove', single(), '--incident', 'INC-11'), 1, 'no incident "INC-11". Did you mean "INC-1"?')
    fails(run('remove', single(), '--incident', 'else'), 1, 'no incident "else". There are INC-1, INC-2')
    fails(run('remove', single(), '--capture', '999'), 1, 'no capture 999; this database has 1 to %d' % len(SAMPLES))
    fails(run('remove', single(), '--capture', 'x'), 1, '--capture')
    fails(run('remove', single(), single(), '--capture', '1'), 1, 'one database')
    fails(run('remove', 'absent.db', '--capture', '1'), 1, 'absent.db: no such file')
    same(os.path.exists('absent.db'), False)
    same(open(single(), 'rb').read() == before, True)


@test
def one_incident_only():
    for incident, number in (('INC-1', 1), ('INC-2', 2)):
        failed = rows(single(), "SELECT session_id FROM failed_mutual_auth WHERE incident = '%s' ORDER BY 1" % incident)
        done = good('failures', '--format', 'csv', '--incident', incident, single(), status=(0,))
        same([line.split(',')[0] for line in done.stdout.splitlines()[1:]], [str(row[0]) for row in failed])
        contains(good('failures', '--incident', incident, single()).stderr, '%d of ' % len(failed))
        count = good('query', '--format', 'csv', '--incident', incident, single(), 'SELECT count(*) FROM captures')
        same(count.stdout.split()[1], str(len(SAMPLES[number::3])))
        for how in (['incident=' + incident], ['--incident', incident]):
            done = good('query', '--format', 'csv', single(), 'failures-by-cause', *how, status=(0,))
            same(sum(int(line.split(',')[1]) for line in done.stdout.splitlines()[1:]), len(failed), how)
    fails(run('failures', '--incident', 'INC', single()), 1, 'failures: no incident "INC". Did you mean "INC-')
    fails(run('query', single(), 'timeline', 'incident=x'), 1, 'query: no incident "x". There are INC-1, INC-2')
    fails(run('query', '--incident', 'INC-1', single(), 'DELETE FROM session'), 1, 'read-only')


@test
def folders_name_incidents():
    for name in ('in/INC-7/deep/a.pcapng', 'in/INC-8/b.pcapng', 'in/top.pcapng', 'outside.pcapng', 'in/INC-9/copy.pcapng'):
        os.makedirs(os.path.dirname(name) or '.', exist_ok=True)
        # a custom block makes each one's content its own, but the copy's
        block = struct.pack('=IIIII', 0xbad, 20, 32473, len(name), 20) if 'copy' not in name and 'b.' not in name else b''
        with open(name, 'wb') as out:
            out.write(open(CAPTURE, 'rb').read() + block)
    subprocess.run(['tar', 'cf', 'in/INC-7/t.tar', 'in/top.pcapng'], check=True)
    subprocess.run(['tar', 'cf', 'in/t.tar', 'in/INC-7/deep/a.pcapng'], check=True)
    want = [('INC-7', 'in/INC-7/deep/a.pcapng'), ('INC-7', 'in/INC-7/t.tar!in/top.pcapng'), ('INC-8', 'in/INC-8/b.pcapng'),
            (None, 'outside.pcapng')]
    good('analyze', '--no-progress', '-o', 'folders.db', 'in')  # no label yet: joins later
    for _ in range(2):
        good('analyze', '--no-progress', '-o', 'folders.db', '--incident-from-folder', './in/', 'in', 'outside.pcapng')
        same(rows('folders.db', 'SELECT incident, path FROM captures ORDER BY path'), want)
    for order in (['in', 'outside.pcapng'], ['outside.pcapng', 'in/t.tar', 'in/top.pcapng', 'in/INC-9', 'in/INC-8', 'in/INC-7']):
        remove('folders.db')
        good('analyze', '--no-progress', '-o', 'folders.db', '--incident', 'REST', '--incident-from-folder', 'in', *order)
        same(rows('folders.db', 'SELECT incident, path FROM captures ORDER BY path'), want[:-1] + [('REST', 'outside.pcapng')])
    fails(run('analyze', '--incident-from-folder', 'absent', 'in'), 1, 'absent: --incident-from-folder: No such file')
    fails(run('analyze', '--incident-from-folder', CAPTURE, 'in'), 1, '--incident-from-folder: not a directory')


sys.exit(main())
