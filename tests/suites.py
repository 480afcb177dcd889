#!/usr/bin/env python3
"""suites.py - runs every test there is and counts them; called by tests/run and tests/nightly.

usage: suites.py [--list] [--fuzz-seconds N] [--fuzz-seed N] [PART...]

Each part prints one line with its count, and what failed above it. The last line is the sum:
`N passed, N failed, N skipped`. Exit status 1 when anything failed.
"""
import argparse
import base64
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORES = os.cpu_count() or 1
# Captures and key logs beside the project; differential tests read them too, once, where they are.
CAPTURES = os.path.join(os.path.dirname(ROOT), 'shared', 'corpus')
FUZZ_TOTAL = 240  # seconds that all fuzz targets share
FUZZ_SEED = 1     # the same inputs in every run: what turns red is the change; nightly takes another each time (0)
INPUT_MAX = 8192  # bytes of a failing input that are printed
LOG_LINES = 40    # of the output of what failed

Count = namedtuple('Count', 'passed failed skipped', defaults=(0, 0, 0))
PASS, FAIL, SKIP = Count(passed=1), Count(failed=1), Count(skipped=1)

# build: (folder, compiler, options)
GCC = ('build-gcc', 'gcc', ['-Dwerror=true', '--buildtype=release', '-Db_ndebug=false'])
CLANG = ('build-clang', 'clang', ['-Dwerror=true', '--buildtype=release'])
SANITIZED = ('build-sanitized', 'clang', ['-Dwerror=true', '--buildtype=debugoptimized', '-Dfuzz=true',
                                          '-Db_sanitize=address,undefined', '-Db_lundef=false'])
WITH_CAPTURES = {'MTLSCOPE_CAPTURES': CAPTURES} if os.path.isdir(CAPTURES) else {}
SANITIZER_OPTIONS = {'ASAN_OPTIONS': 'detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1',
                     'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1'}


def add(counts):
    return Count(*map(sum, zip(Count(), *counts)))


def tell_failure(name, output):
    print('FAILED %s' % name)
    for line in output.splitlines()[-LOG_LINES:]:
        print('    ' + line)


def call(command, **options):
    """(exit status, everything printed)"""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace', **options)
    return done.returncode, done.stdout


def step(name, command):
    """A command that passes or fails as one test."""
    status, output = call(command)
    if status:
        tell_failure(name, output)
    return FAIL if status else PASS


def builds(build):
    """Sets up and compiles; what went wrong, or None."""
    folder, compiler, options = build
    commands = [['ninja', '-C', folder]]
    if not os.path.exists(os.path.join(ROOT, folder, 'build.ninja')):
        commands.insert(0, ['env', 'CC=' + compiler, 'meson', 'setup', folder] + options)
    for command in commands:
        status, output = call(command)
        if status:
            return output
    return None


def part_build(build):
    wrong = builds(build)
    if wrong:
        tell_failure('build with ' + build[1], wrong)
    return FAIL if wrong else PASS


TAP = re.compile(r'^(ok|not ok)\b[^#\n]*(#\s*skip)?', re.I | re.M)
CMOCKA = re.compile(r'^\[  (PASSED|FAILED|SKIPPED) *\] (\d+) test', re.M)


def count_one(test):
    """A row of testlog.json; the program's own count where it prints one (TAP, cmocka)."""
    output = test.get('stdout', '') + test.get('stderr', '')
    counts = [SKIP if skip else PASS if ok == 'ok' else FAIL for ok, skip in TAP.findall(test.get('stdout', ''))]
    counts += [Count(**{word.lower(): int(n)}) for word, n in CMOCKA.findall(output)]
    total = add(counts)
    if test['result'] == 'SKIP':
        return SKIP
    if test['result'] in ('OK', 'EXPECTEDFAIL'):
        return total if any(total) else PASS
    broken = [line for line in output.splitlines() if not re.match(r'ok\b', line)] if counts else output.splitlines()
    tell_failure('%s (%s)' % (test['name'], test['result']), '\n'.join(broken))
    return total if total.failed else add([total, FAIL])


def part_meson(build, environment):
    folder = build[0]
    wrong = builds(build)
    if wrong:
        tell_failure('build with ' + build[1], wrong)
        return FAIL
    log = os.path.join(ROOT, folder, 'meson-logs', 'testlog.json')
    if os.path.exists(log):
        os.unlink(log)
    status, output = call(['meson', 'test', '-C', folder, '--no-suite', 'fuzz', '--timeout-multiplier', '4'],
                          env={**environment, **os.environ, **SANITIZER_OPTIONS})
    if not os.path.exists(log):
        tell_failure('meson test', output)
        return FAIL
    with open(log, encoding='utf-8', errors='replace') as rows:
        total = add(count_one(json.loads(row)) for row in rows)
    return total if not status or total.failed else add([total, FAIL])


def part_try(options):
    """What users get is not what the other parts test: it is optimised across files."""
    made = step('samples/try', ['samples/try'])
    status, output = call([sys.executable, 'tests/golden/run.py', 'build/analyzer/cli/mtlscope'])
    return add([made, count_one({'name': 'golden', 'stdout': output, 'result': 'FAIL' if status else 'OK'})])


def fuzz_targets(build):
    status, output = call(['meson', 'introspect', '--tests', build[0]])
    if status:
        return []
    return sorted((t['name'], t['cmd'][0]) for t in json.loads(output) if any(s.endswith('fuzz') for s in t['suite']))


def found_inputs(output):
    """The inputs libFuzzer wrote, as text: a log is often all that is left of a run."""
    for path in re.findall(r'^artifact_prefix=.*Test unit written to (.+)$', output, re.M):
        with open(path, 'rb') as file:
            data = file.read()
        if len(data) <= INPUT_MAX:
            yield 'base64 of %s: %s' % (os.path.basename(path), base64.b64encode(data).decode())


def fuzz(name, program, options, seeds):
    work = os.path.join(ROOT, SANITIZED[0], 'corpus', name)
    os.makedirs(work, exist_ok=True)
    own = os.path.join(ROOT, 'tests', 'vectors', name.replace('fuzz_', '', 1))
    command = [program, '-max_total_time=%d' % options.fuzz_seconds, '-seed=%d' % options.fuzz_seed, '-timeout=10',
               '-rss_limit_mb=2048', '-max_len=65536', '-print_final_stats=1', '-artifact_prefix=' + work + '.', work] + [d for d in (own, seeds) if os.path.isdir(d)]
    status, output = call(command, env={**os.environ, **SANITIZER_OPTIONS})
    if status:
        tell_failure(name, '\n'.join([output, *found_inputs(output)]))
    return FAIL if status else PASS


def part_fuzz(options):
    wrong = builds(SANITIZED)
    if wrong:
        tell_failure('build with ' + SANITIZED[1], wrong)
        return FAIL
    targets = fuzz_targets(SANITIZED)
    if not targets:
        print('FAILED no fuzz target was found')
        return FAIL
    seeds = os.path.join(ROOT, SANITIZED[0], 'seeds')
    made = step('seeds', [sys.executable, 'tests/fuzz/seeds.py', seeds])
    options.fuzz_seconds = options.fuzz_seconds or max(2, FUZZ_TOTAL * CORES // len(targets))
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        counts = list(pool.map(lambda t: fuzz(*t, options, seeds), targets))
    print('%d targets, %d s each, %d at a time' % (len(targets), options.fuzz_seconds, CORES))
    return add(counts + [made])


def part_format(options):
    if not shutil.which('clang-format'):
        return SKIP
    files = [os.path.relpath(os.path.join(folder, name), ROOT) for top in ('analyzer', 'dissectors', 'db', 'tests')
             for folder, _, names in os.walk(os.path.join(ROOT, top)) for name in names if name.endswith(('.c', '.h'))]
    status, output = call(['clang-format', '--dry-run', '--Werror'] + sorted(files))
    bad = sorted(set(re.findall(r'^([^:\n]+):\d+:\d+: error', output, re.M)))
    if status:
        tell_failure('clang-format', '\n'.join(bad) or output)
    return Count(len(files) - len(bad), max(len(bad), int(status != 0)), 0)


def valgrind(capture):
    database = os.path.join(ROOT, 'build-gcc', 'valgrind.' + os.path.basename(capture) + '.db')
    for tail in ('', '-wal', '-shm', '-journal'):
        if os.path.exists(database + tail):
            os.unlink(database + tail)
    status, output = call(['valgrind', '-q', '--error-exitcode=99', '--leak-check=full', '--errors-for-leak-kinds=definite',
                           'build-gcc/analyzer/cli/mtlscope', 'analyze', '--no-progress', '-o', database, capture])
    if status not in (0, 2):  # 2: the capture has a problem, which is stored
        tell_failure('valgrind ' + capture, output)
    return PASS if status in (0, 2) else FAIL


def part_valgrind(options):
    wrong = builds(GCC)
    if wrong:
        tell_failure('build with gcc', wrong)
        return FAIL
    captures = sorted('samples/' + n for n in os.listdir(os.path.join(ROOT, 'samples')) if '.pcap' in n)
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        return add(pool.map(valgrind, captures))


# name, what it is, how it runs; the last one only by name (nightly)
PARTS = (
    ('format', 'clang-format leaves every source as it is', part_format),
    ('try', "README's first line, and the golden tests of the program it makes", part_try),
    ('gcc', 'gcc, warnings are errors: all tests', lambda options: part_meson(GCC, WITH_CAPTURES)),
    ('clang', 'clang, warnings are errors: builds', lambda options: part_build(CLANG)),
    ('sanitized', 'clang, address and undefined behaviour sanitizers: all tests', lambda options: part_meson(SANITIZED, {})),
    ('fuzz', 'libFuzzer, every target', part_fuzz),
    ('valgrind', 'valgrind, every sample', part_valgrind),
)
BY_NAME_ONLY = ('valgrind',)


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument('--list', action='store_true')
    options.add_argument('--fuzz-seconds', type=int)
    options.add_argument('--fuzz-seed', type=int, default=FUZZ_SEED)
    options.add_argument('part', nargs='*')
    options = options.parse_args()
    names = [name for name, _, _ in PARTS]
    unknown = set(options.part) - set(names)
    if unknown:
        sys.exit('suites.py: no such part: %s; there are: %s' % (', '.join(sorted(unknown)), ', '.join(names)))
    if options.list:
        print('\n'.join('%-10s %s' % part[:2] for part in PARTS))
        return
    chosen = options.part or [name for name in names if name not in BY_NAME_ONLY]
    counts = []
    for name, what, run in PARTS:
        if name in chosen:
            start = time.monotonic()
            counts.append(run(options))
            print('%-10s %s: %d passed, %d failed, %d skipped (%d s)' % (name, what, *counts[-1], time.monotonic() - start),
                  flush=True)
    total = add(counts)
    print('%d passed, %d failed, %d skipped' % total, flush=True)
    sys.exit(1 if total.failed or not total.passed else 0)


main()
