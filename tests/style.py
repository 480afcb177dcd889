#!/usr/bin/env python3
"""style.py - what of the house style can be counted: lengths, widths, openings, leftovers.

usage: style.py [--self-test] [--sizes] [ROOT]

Functions are found by the style itself: an opening brace alone in column 1, closed by one in column 1.
Prints TAP: one test per file, and one for the distribution of function lengths.
"""
import os
import re
import sys

FUNCTION_LINES, FILE_LINES, COLUMNS, TAB = 80, 400, 100, 8
MEDIAN, PERCENTILE_95 = 15, 50
CODE = ('analyzer', 'dissectors', 'db', 'tests')
C_FILES, TEXT_FILES = ('.c', '.h'), ('.c', '.h', '.def', '.py', '.sql', '.build', '.html', '.js', '.sh')
LEFTOVERS = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b')
MACHINE = re.compile(r'(^|[^\w.])/(%s)/' % '|'.join(('work', 'farm', 'root', 'home')))
MEASURED = ('analyzer', 'dissectors', 'db')  # the distribution is of the program, not of its tests


def functions(lines):
    """(name, length) of each function, from the line of its name to the closing brace."""
    start, name_line = None, 0
    for number, line in enumerate(lines):
        if re.match(r'[a-zA-Z_]\w*\(', line) and start is None:
            name_line = number
        if line == '{' and start is None:
            start = number
        elif line.startswith('}') and start is not None:
            if line == '}':
                yield lines[name_line].split('(')[0], number - name_line + 1
            start = None


def c_faults(lines):
    if not lines or not lines[0].startswith('/*'):
        yield 1, 'does not open with a comment that says what the file is for'
    if len(lines) >= FILE_LINES and 'table' not in lines[0]:
        yield len(lines), 'the file has %d lines, under %d is the rule' % (len(lines), FILE_LINES)
    for name, length in functions(lines):
        if length > FUNCTION_LINES:
            yield next(n for n, l in enumerate(lines, 1) if l.startswith(name)), '%s has %d lines' % (name, length)
    fenced = False
    for number, line in enumerate(lines, 1):
        fenced = 'clang-format off' in line or (fenced and 'clang-format on' not in line)
        if len(line.expandtabs(TAB)) > COLUMNS and not fenced:
            yield number, 'is %d columns wide' % len(line.expandtabs(TAB))
        if re.match(r'\s*typedef struct', line):
            yield number, 'structs have no typedef'


def text_faults(text):
    for number, line in enumerate(text.split('\n'), 1):
        if line != line.rstrip():
            yield number, 'ends in white space'
        if LEFTOVERS.search(line):
            yield number, 'a note of unfinished work'
        if MACHINE.search(line):
            yield number, 'a path of one machine'
    if text and not text.endswith('\n'):
        yield text.count('\n') + 1, 'the last line has no end'


def faults(name, text):
    yield from text_faults(text)
    if name.endswith(C_FILES):
        yield from c_faults(text.splitlines())


def sources(root):
    for top in CODE:
        for folder, folders, names in sorted(os.walk(os.path.join(root, top))):
            folders[:] = sorted(f for f in folders if f != '__pycache__')
            for name in sorted(names):
                if name.endswith(TEXT_FILES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def lengths(root, names):
    return sorted((length, function, name) for name in names if name.endswith('.c') and name.startswith(MEASURED)
                  for function, length in functions(open(os.path.join(root, name), encoding='utf-8').read().splitlines()))


def report(number, bad, what):
    print('%s %d - %s' % ('not ok' if bad else 'ok', number, what))
    for line in bad:
        print('# ' + line)
    return bool(bad)


def check(root):
    names, failed = list(sources(root)), 0
    for number, name in enumerate(names, 1):
        with open(os.path.join(root, name), encoding='utf-8') as file:
            bad = ['%s:%d: %s' % (name, line, what) for line, what in faults(name, file.read())]
        failed += report(number, bad, name)
    sizes = [row[0] for row in lengths(root, names)] or [0]
    median, p95 = sizes[len(sizes) // 2], sizes[len(sizes) * 95 // 100]
    told = '%d functions, median %d lines, 95 in 100 within %d, longest %d' % (len(sizes), median, p95, sizes[-1])
    failed += report(len(names) + 1, [told] if median > MEDIAN or p95 > PERCENTILE_95 else [], told)
    print('1..%d' % (len(names) + 1))
    return bool(names) and not failed


HEAD = '/*\n * x.c - a test.\n */\n'
LONG = HEAD + 'static int\nlong_one(void)\n{\n%s}\n'
# (name, text, words a fault must hold; None when there must be none)
SELF_TEST = (
    ('x.c', LONG % ('\tx();\n' * 77), None),
    ('x.c', LONG % ('\tx();\n' * 78), 'long_one has 81 lines'),
    ('x.c', 'int x;\n', 'does not open'),
    ('x.c', HEAD + 'int x;\n' * 396, None),
    ('x.c', HEAD + 'int x;\n' * 397, '400 lines'),
    ('x.def', '/* table: x */\n' + 'X(1)\n' * 500, None),
    ('x.c', HEAD + '\t' * 12 + 'abcd\n', None),
    ('x.c', HEAD + '\t' * 12 + 'abcde\n', '101 columns'),
    ('x.c', HEAD + '// clang-format off\n' + 'x' * 120 + '\n// clang-format on\n', None),
    ('x.c', HEAD + 'int x; \n', 'white space'),
    ('x.c', HEAD + 'int x;', 'no end'),
    ('x.py', '# TO' 'DO later\n', 'unfinished'),
    ('x.py', 'open("/ho' 'me/someone/x")\n', 'one machine'),
    ('x.c', HEAD + 'typedef struct x x;\n', 'typedef'),
)


def self_test():
    failed = 0
    for number, (name, text, words) in enumerate(SELF_TEST, 1):
        found = [what for _, what in faults(name, text)]
        right = not found if words is None else any(words in what for what in found)
        failed += report(number, [] if right else ['found ' + repr(found)], words or 'no fault')
    print('1..%d' % len(SELF_TEST))
    return not failed


def main(arguments):
    if '--self-test' in arguments:
        return self_test()
    rest = [a for a in arguments if not a.startswith('--')]
    root = rest[0] if rest else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if '--sizes' in arguments:
        for length, function, name in lengths(root, sources(root))[::-1][:25]:
            print('%4d %s %s' % (length, function, name))
        return True
    return check(root)


if __name__ == '__main__':
    sys.exit(0 if main(sys.argv[1:]) else 1)
