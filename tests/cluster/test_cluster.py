#!/usr/bin/env python3
"""test_cluster.py - samples/cluster/ at work: plans, GNU parallel, and a Slurm started for it.

usage: test_cluster.py MTLSCOPE

Captures are those of samples/, copied into a directory of its own. Prints TAP; what this machine can't
do (no root, no Slurm, daemons that do not start, as in a bare chroot) is skipped with a note.
"""
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS, ROOT = os.path.dirname(HERE), os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [TESTS, os.path.join(TESTS, 'cli'), HERE]
from contents import differences
from harness import PROGRAM, SAMPLES, Unavailable, contains, main, run, same, test
from slurm import Slurm

CLUSTER = os.path.join(ROOT, 'samples', 'cluster', 'cluster.py')
MANIFEST = os.path.join(ROOT, 'samples', 'cluster', 'kubernetes.yaml')
CHUNKS, CORES, SECONDS = 4, 2, 90


def command(*args, env=os.environ):
    return subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=env, timeout=120)


def cluster(*args, status=0, env=os.environ):
    done = command(sys.executable, CLUSTER, *args, env=env)
    same(done.returncode, status, done.stdout + done.stderr)
    return done


def same_contents(a, b):
    lines = differences(a, b)
    if lines:
        raise AssertionError('\n'.join(lines))


def captures():
    """A folder of samples, with what makes lists hard: names, copies, text, folders, a rotation set."""
    if os.path.isdir('captures'):
        return 'captures'
    os.makedirs('captures/INC 1')
    for number, name in enumerate(sorted(n for n in os.listdir(SAMPLES) if '.pcap' in n)):
        shutil.copy(os.path.join(SAMPLES, name), 'captures/INC 1' if number % 2 else 'captures')
    shutil.copy(os.path.join(SAMPLES, 'expired-certificate.pcapng'), 'captures/INC 1/a\nb \'"*.pcapng')
    for number in range(3):
        shutil.copy(os.path.join(SAMPLES, 'cut-short.pcap'), 'captures/ring_%05d.pcap' % number)
    with open('captures/notes.txt', 'w') as out:
        out.write('Dear all')
    return 'captures'


def single():
    if not os.path.exists('single.db'):
        same(run('analyze', '--no-progress', '--sha256', '-o', 'single.db', captures()).returncode in (0, 2), True)
    return 'single.db'


def planned(work, program=PROGRAM):
    cluster('plan', work, '--chunks', str(CHUNKS), '--mtlscope', program, captures(), '--', '--sha256')
    return work


def lists(work):
    found = {}
    for name in sorted(os.listdir(work)):
        if name.endswith('.list'):
            with open(os.path.join(work, name), 'rb') as file:
                found[name] = os.fsdecode(file.read()).split('\0')[:-1]
    return found


@test
def plan_is_whole_and_balanced():
    work = planned('plan')
    found = lists(work)
    same(len(found), CHUNKS)
    all_files = [os.path.join(folder, name) for folder, _, names in os.walk('captures') for name in names]
    same(sorted(sum(found.values(), [])), sorted(all_files))
    ring = [name for name, paths in found.items() if any('ring_' in path for path in paths)]
    same(len(ring), 1, 'chunks with parts of one ring')
    sizes = [sum(map(os.path.getsize, paths)) for paths in found.values()]
    with open(os.path.join(work, 'plan.json')) as file:
        same([chunk['bytes'] for chunk in json.load(file)['chunks']], sizes)
    groups = max(map(os.path.getsize, all_files)) * 3
    same(max(sizes) - min(sizes) <= groups, True, sizes)
    cluster('plan', work, captures(), status=1)
    same(lists(planned('plan2')), found, 'planned again')


@test
def each_task_by_itself():
    work = planned('alone')
    cluster('task', work, '0')
    done = cluster('merge', work, 'alone.db', status=2)
    contains(done.stderr, 'chunk 1: not done', '3 of 4 chunks are missing. Again:', '--only 1,2,3')
    cluster('task', work, env=dict(os.environ, JOB_COMPLETION_INDEX='1'))  # as Kubernetes says it
    cluster('task', work, env=dict(os.environ, SLURM_ARRAY_TASK_ID='2'))
    contains(cluster('status', work, status=2).stdout, 'chunk 2: done', 'chunk 3: not done')
    cluster('task', work, '3')
    contains(cluster('task', work, '3').stdout, 'done already')
    cluster('merge', work, 'alone.db')  # into the one that has chunk 0
    same_contents(single(), 'alone.db')
    same(stat.S_IMODE(os.stat('alone.db').st_mode), 0o600)
    same([name for name in os.listdir(work) if 'part' in name], [], 'left over')
    with open('other.db', 'w') as out:
        out.write('something of mine' * 10)
    contains(cluster('merge', work, 'other.db', status=1).stderr, 'other.db: not an SQLite file')
    same(os.path.getsize('other.db'), 170)
    cluster('task', work, '4', status=1)
    cluster('task', work, status=1)
    cluster('task', 'nowhere', '0', status=1)
    nothing = dict(os.environ, PATH=os.path.abspath('captures'))
    same(cluster('submit', work, 'alone.db', status=1, env=nothing).stderr,
         "cluster.py: [Errno 2] No such file or directory: 'sbatch'\n")


@test
def no_shard_before_it_is_whole():
    work = planned('broken', program=breaking('captures/notes.txt'))
    number = [n for n, paths in enumerate(lists(work).values()) if 'captures/notes.txt' in paths][0]
    folder = os.path.abspath('local')
    os.makedirs(folder, exist_ok=True)
    done = cluster('task', work, str(number), status=1, env=dict(os.environ, TMPDIR=folder))
    contains(done.stderr, 'chunk %d: broken on purpose' % number)
    contains(cluster('status', work, status=2).stdout, 'chunk %d: failed: broken on purpose (on ' % number)
    same((os.listdir(folder), [name for name in os.listdir(work) if name.endswith('.db')]), ([], []))
    cluster('merge', work, 'broken.db', status=1)
    same(os.path.exists('broken.db'), False)


def breaking(path):
    """A program that fails for the chunk with this path, until the file `repaired` is there."""
    with open('breaking', 'w') as out:
        out.write('#!/bin/sh\nlist=\nfor word; do case $word in *.list) list=$word;; esac; done\n'
                  '[ -n "$list" ] && [ ! -e "%s/repaired" ] && grep -q "%s" "$list" && {\n'
                  '\techo broken on purpose >&2; exit 1; }\nexec "%s" "$@"\n' % (os.getcwd(), path, PROGRAM))
    os.chmod('breaking', 0o700)
    return os.path.abspath('breaking')


@test
def with_gnu_parallel():
    if shutil.which('parallel') is None:
        raise Unavailable('no GNU parallel')
    work = planned('parallel')
    done = command('sh', '-c', 'seq 0 3 | parallel -j %d "$0" "$1" task "$2" {}' % CORES, sys.executable, CLUSTER, work)
    same(done.returncode, 0, done.stderr)
    contains(cluster('merge', work, 'parallel.db').stdout, '4 shards into parallel.db: ')
    same_contents(single(), 'parallel.db')


@test
def with_slurm():
    work = planned('slurm', program=breaking('captures/notes.txt'))
    number = [n for n, paths in enumerate(lists(work).values()) if 'captures/notes.txt' in paths][0]
    with tempfile.TemporaryDirectory(prefix='mtlscope-slurm-') as folder, Slurm(folder, CORES) as slurm:
        contains(cluster('submit', work, 'slurm.db', env=slurm.env).stdout, 'chunks 0,1,2,3', 'merge into slurm.db')
        slurm.finish_jobs(SECONDS)
        same([n for n in range(CHUNKS) if os.path.exists('%s/chunk-%04d.db' % (work, n))],
             [n for n in range(CHUNKS) if n != number])
        contains(said(work), 'chunk %d: failed: broken on purpose' % number,
                 '1 of 4 chunks are missing. Again: cluster.py submit', '--only %d' % number)
        open('repaired', 'w').close()
        contains(cluster('submit', work, 'slurm.db', '--only', str(number), env=slurm.env).stdout,
                 'chunks %d\n' % number)
        slurm.finish_jobs(SECONDS)
        contains(cluster('status', work).stdout, 'chunk %d: done' % number)
        os.unlink('repaired')
    same_contents(single(), 'slurm.db')


def said(work):
    """What the merge jobs printed."""
    text = ''
    for name in sorted(os.listdir(work)):
        if name.startswith('slurm-merge-'):
            with open(os.path.join(work, name)) as file:
                text += file.read()
    return text


@test
def manifest_fits_the_script():
    with open(MANIFEST) as file:
        text = file.read()
    contains(text, 'completionMode: Indexed', 'backoffLimitPerIndex', 'restartPolicy: Never')
    for line in re.findall(r'command: (\[.*\])', text):
        words = json.loads(line)
        same((os.path.basename(words[1]), words[2] in ('task', 'merge')), ('cluster.py', True), line)
    same(len(re.findall(r'command: ', text)), 2)


sys.exit(main())
