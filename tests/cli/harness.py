"""harness.py - what the tests of the command line share: running it, comparing, TAP.

Import it from a test_*.py whose arguments are MTLSCOPE and whatever else it needs; end with
sys.exit(main()). Tests run in a directory of their own.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'samples')
EXPECTED = os.path.join(HERE, 'expected')
CAPTURE = os.path.join(SAMPLES, 'expired-certificate.pcapng')
ARGUMENTS = [os.path.abspath(a) for a in sys.argv[1:] if not a.startswith('--')]
PROGRAM = ARGUMENTS[0]
UTF8 = dict(os.environ, LC_ALL='C.UTF-8', TERM='xterm')
UTF8.pop('NO_COLOR', None)
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, **options):
    options = {'env': UTF8, 'timeout': 60, **options}
    return subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors='replace', **options)


class Unavailable(Exception):
    """What a test needs is not on this machine (a pseudo-terminal in a bare chroot, Slurm): it is skipped."""


def same(have, want, what=''):
    if have != want:
        raise AssertionError('%s: want %r, have %r' % (what, want, have))


def contains(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError('%r is not in %r' % (part, text))


def fails(done, status, *parts):
    """One clear line on stderr, nothing on stdout, this exit status."""
    same(done.returncode, status, 'exit status')
    same(done.stdout, '', 'stdout')
    same(done.stderr.count('\n'), 1, 'lines of %r' % done.stderr)
    contains(done.stderr, 'mtlscope: ', *parts)


def main():
    print('1..%d' % len(TESTS))
    failed = 0
    with tempfile.TemporaryDirectory(prefix='mtlscope-cli-') as directory:
        os.chdir(directory)
        for number, function in enumerate(TESTS, 1):
            try:
                function()
                print('ok %d - %s' % (number, function.__name__))
            except Unavailable as error:
                print('ok %d - %s # SKIP %s' % (number, function.__name__, error))
            except Exception as error:  # one test must not hide the others
                failed += 1
                print('not ok %d - %s' % (number, function.__name__))
                print('# ' + str(error).replace('\n', '\n# '))
        os.chdir('/')
    return 1 if failed else 0
