#!/usr/bin/env python3
"""cluster.py - a batch of captures on more than one machine: plan chunks, run each, merge.

usage: cluster.py plan   WORK [--chunks N] [--no-rotation] [--mtlscope PROGRAM] PATH... [-- OPTION...]
       cluster.py submit WORK OUT.db [--only N,N...] [--afterok] [-- SBATCH-OPTION...]
       cluster.py task   WORK [N]
       cluster.py merge  WORK OUT.db
       cluster.py status WORK

plan     writes WORK: the captures below PATH in N chunks (4) of about the same number of bytes. Files
         that may be one rotation set (same directory, names that differ in digits only) stay together.
         OPTION... goes to each `mtlscope analyze`.
submit   a Slurm job array of the chunks that are not done (or --only these), and a job that merges
         when all have ended (--afterok: only if none failed).
task     one chunk: analyzed into a shard in local temporary space, moved into WORK when it is whole.
         Without N its number comes from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX.
merge    all shards into OUT.db; says which chunks are missing, and how to run those again.
status   one line per chunk.

WORK is a directory that all machines see. Exit status as mtlscope's: 0 done, 1 nothing could be done,
2 done but a chunk is missing.
"""
import argparse
import heapq
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

DONE, FAILED, PROBLEM = 0, 1, 2  # exit statuses of mtlscope
COPY_BYTES = 1 << 20


def die(text):
    sys.exit('cluster.py: ' + text)


# --- plan -------------------------------------------------------------------------------------------

def walk(path):
    """(path, bytes) of every file; names as `mtlscope analyze PATH` would give them."""
    if not os.path.isdir(path):
        yield path, os.stat(path).st_size
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            full = os.path.join(folder, name)
            if os.path.isfile(full) and not os.path.islink(full):
                yield full, os.stat(full).st_size


def rotation_key(path):
    """Equal for files that may be parts of one rotation set: only digits of their names differ."""
    folder, name = os.path.split(path)
    return os.path.join(folder, re.sub(r'\d+', '#', name))


def balance(files, chunks, together):
    """Lists of paths: the largest group first, each to the chunk that has the fewest bytes."""
    groups = {}
    for path, size in files:
        group = groups.setdefault(rotation_key(path) if together else path, [0, []])
        group[0] += size
        group[1].append(path)
    heap = [(0, number, []) for number in range(chunks)]
    for size, paths in sorted(groups.values(), key=lambda group: (-group[0], group[1])):
        total, number, chunk = heapq.heappop(heap)
        chunk.extend(paths)
        heapq.heappush(heap, (total + size, number, chunk))
    return [(sorted(chunk), total) for total, _, chunk in sorted(heap, key=lambda row: row[1]) if chunk]


def plan(options):
    files = {}
    for path in options.path:
        if not os.path.exists(path):
            die('%s: no such file' % path)
        files.update(walk(path))
    if not files:
        die('%s: no file in it' % options.path[0])
    if os.path.exists(os.path.join(options.work, 'plan.json')):
        die('%s: has a plan already; name another directory' % options.work)
    os.makedirs(options.work, exist_ok=True)
    chunks = balance(files.items(), options.chunks, not options.no_rotation)
    for number, (paths, _) in enumerate(chunks):
        with open(Work(options.work).list(number), 'wb') as out:
            out.writelines(os.fsencode(path) + b'\0' for path in paths)
    extra = (['--no-rotation'] if options.no_rotation else []) + options.rest
    with open(os.path.join(options.work, 'plan.json'), 'w') as out:
        json.dump({'mtlscope': options.mtlscope, 'options': extra, 'directory': os.getcwd(),
                   'chunks': [{'files': len(paths), 'bytes': size} for paths, size in chunks]}, out, indent=1)
    for number, (paths, size) in enumerate(chunks):
        print('chunk %d: %d files, %d bytes' % (number, len(paths), size))
    return DONE


class Work:
    """The directory of a plan."""

    def __init__(self, path):
        self.path = os.path.abspath(path)

    def name(self, number, suffix):
        return os.path.join(self.path, 'chunk-%04d.%s' % (number, suffix))

    def list(self, number):
        return self.name(number, 'list')

    def shard(self, number):
        return self.name(number, 'db')

    def load(self):
        try:
            with open(os.path.join(self.path, 'plan.json')) as file:
                self.plan = json.load(file)
        except FileNotFoundError:
            die('%s: no plan in it. Make one: cluster.py plan %s PATH...' % (self.path, self.path))
        self.numbers = range(len(self.plan['chunks']))
        return self

    def missing(self):
        return [number for number in self.numbers if not os.path.exists(self.shard(number))]

    def reason(self, number):
        """Why a chunk has no shard, as far as it is known."""
        try:
            with open(self.name(number, 'failed')) as file:
                return 'failed: ' + file.read().strip()
        except FileNotFoundError:
            return 'not done'


# --- task -------------------------------------------------------------------------------------------

def local_folder():
    """Temporary space of this machine."""
    for name in ('SLURM_TMPDIR', 'TMPDIR'):
        if os.path.isdir(os.environ.get(name, '')):
            return os.environ[name]
    return None


def move_in_place(path, final):
    """A whole file appears under its name, or none does; the way there may be from another file system."""
    part = '%s.%s.%d.part' % (final, os.uname().nodename, os.getpid())
    try:
        with open(path, 'rb') as source, open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as out:
            shutil.copyfileobj(source, out, COPY_BYTES)
            out.flush()
            os.fsync(out.fileno())
        os.rename(part, final)
    finally:
        if os.path.exists(part):
            os.unlink(part)


def run_task(work, number):
    """None, or why there is no shard."""
    plan = work.plan
    with tempfile.TemporaryDirectory(prefix='mtlscope-', dir=local_folder()) as folder:
        shard = os.path.join(folder, 'shard.db')
        cores = os.environ.get('SLURM_CPUS_PER_TASK') or os.environ.get('SLURM_CPUS_ON_NODE')
        jobs = ['--jobs', cores] if cores else []
        with open(work.name(number, 'log'), 'w+') as log:
            status = subprocess.call([plan['mtlscope'], 'analyze', '--no-progress', '-o', shard, *jobs, *plan['options'],
                                      '--files-from', work.list(number)],
                                     cwd=plan['directory'], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            log.seek(0)
            last = (log.read().splitlines() or [''])[-1]
        if status not in (DONE, PROBLEM) or not os.path.exists(shard):
            return last or 'mtlscope ended with status %d' % status
        move_in_place(shard, work.shard(number))
    return None


def task(options):
    work = Work(options.work).load()
    number = options.number
    for name in ('SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX'):
        if number is None and name in os.environ:
            number = int(os.environ[name])
    if number is None or number not in work.numbers:
        die('which chunk? There are 0 to %d' % (len(work.numbers) - 1))
    if os.path.exists(work.shard(number)):
        print('chunk %d: done already' % number)
        return DONE
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FAILED))  # temporary space is left clean
    try:
        wrong = run_task(work, number)
    except OSError as error:
        wrong = str(error)
    mark = work.name(number, 'failed')
    if wrong is None:
        if os.path.exists(mark):
            os.unlink(mark)
        return DONE
    with open(mark, 'w') as out:
        out.write('%s (on %s)\n' % (wrong, os.uname().nodename))
    print('chunk %d: %s' % (number, wrong), file=sys.stderr)
    return FAILED


# --- merge, status ----------------------------------------------------------------------------------

def report_missing(work, out):
    missing = work.missing()
    for number in missing:
        print('chunk %d: %s' % (number, work.reason(number)), file=sys.stderr)
    if missing:
        numbers = ','.join(map(str, missing))
        print('%d of %d chunks are missing. Again: cluster.py submit %s %s --only %s'
              % (len(missing), len(work.numbers), work.path, out, numbers), file=sys.stderr)
    return missing


def merge(options):
    work = Work(options.work).load()
    shards = [work.shard(number) for number in work.numbers if os.path.exists(work.shard(number))]
    missing = report_missing(work, options.out)
    if not shards:
        return FAILED
    with tempfile.TemporaryDirectory(prefix='mtlscope-', dir=local_folder()) as folder:
        merged = os.path.join(folder, os.path.basename(options.out))
        program = [work.plan['mtlscope'], 'merge', merged]
        # What is in OUT.db stays; a file that is something else is not replaced.
        if os.path.exists(options.out) and subprocess.call([*program, options.out], stdout=subprocess.DEVNULL) != DONE:
            return FAILED
        done = subprocess.run([*program, *shards], stdout=subprocess.PIPE, text=True)
        if done.returncode not in (DONE, PROBLEM):
            return FAILED
        move_in_place(merged, options.out)
    print(done.stdout.replace(merged, options.out), end='')
    return PROBLEM if missing else done.returncode


def status(options):
    work = Work(options.work).load()
    missing = work.missing()
    for number, chunk in enumerate(work.plan['chunks']):
        print('chunk %d: %s, %d files, %d bytes' % (number, work.reason(number) if number in missing else 'done',
                                                    chunk['files'], chunk['bytes']))
    return PROBLEM if missing else DONE


# --- Slurm ------------------------------------------------------------------------------------------

def quoted(*words):
    return ' '.join("'%s'" % word.replace("'", "'\\''") for word in words)


def sbatch(work, options, name, command, *more):
    """Submits a job of one command line; gives its number."""
    done = subprocess.run(['sbatch', '--parsable', '--job-name', 'mtlscope-' + name,
                           '--output', os.path.join(work.path, 'slurm-%s-%%A_%%a.out' % name), *more, *options.rest,
                           '--wrap', command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        die('sbatch: ' + done.stderr.strip())
    return done.stdout.strip().split(';')[0]


def submit(options):
    work = Work(options.work).load()
    numbers = [int(n) for n in options.only.split(',')] if options.only else work.missing()
    if not set(numbers) <= set(work.numbers):
        die('--only: there are chunks 0 to %d' % (len(work.numbers) - 1))
    me = [sys.executable or 'python3', os.path.abspath(__file__)]
    more = []
    if numbers:
        array = sbatch(work, options, 'analyze', 'exec %s' % quoted(*me, 'task', work.path),
                       '--array', ','.join(map(str, numbers)))
        print('job %s: chunks %s' % (array, ','.join(map(str, numbers))))
        more = ['--dependency', '%s:%s' % ('afterok' if options.afterok else 'afterany', array)]
    last = sbatch(work, options, 'merge', 'exec %s' % quoted(*me, 'merge', work.path, os.path.abspath(options.out)), *more)
    print('job %s: merge into %s' % (last, options.out))
    return DONE


def arguments(words):
    rest = []
    if '--' in words:
        at = words.index('--')
        words, rest = words[:at], words[at + 1:]
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument('-h', '--help', action='store_true')
    verbs = parser.add_subparsers(dest='verb')
    for verb, more in (('plan', ('path',)), ('submit', ('out',)), ('task', ()), ('merge', ('out',)), ('status', ())):
        sub = verbs.add_parser(verb, usage=__doc__)
        sub.add_argument('work')
        for name in more:
            sub.add_argument(name, nargs='+' if name == 'path' else None)
        if verb == 'plan':
            sub.add_argument('--chunks', type=int, default=4)
            sub.add_argument('--no-rotation', action='store_true')
            sub.add_argument('--mtlscope', default=shutil.which('mtlscope') or 'mtlscope')
        if verb == 'submit':
            sub.add_argument('--only')
            sub.add_argument('--afterok', action='store_true')
        if verb == 'task':
            sub.add_argument('number', type=int, nargs='?')
    options = parser.parse_args(words)
    options.rest = rest
    if options.help or options.verb is None:
        print(__doc__)
        sys.exit(DONE if options.help else FAILED)
    return options


def main():
    options = arguments(sys.argv[1:])
    try:
        sys.exit({'plan': plan, 'submit': submit, 'task': task, 'merge': merge, 'status': status}[options.verb](options))
    except OSError as error:  # no sbatch here, no mtlscope, no room
        die(str(error))


if __name__ == '__main__':
    main()
