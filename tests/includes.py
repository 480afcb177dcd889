#!/usr/bin/env python3
"""includes.py - the dependency rules: arrows between folders point one way, libraries have one door.

usage: includes.py [--self-test] [ROOT]

Holds every #include of analyzer/, dissectors/ and db/ against the two tables below, which are the
ones of README's architecture section. Prints TAP: one test per file.
"""
import os
import re
import sys

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)
OWN_FOLDERS = ('analyzer', 'dissectors', 'db')
SOURCES = ('.c', '.h', '.def', '.inc')

# Everyone may use the C standard library.
C_STANDARD = {'assert.h', 'ctype.h', 'errno.h', 'inttypes.h', 'limits.h', 'stdalign.h', 'stdarg.h',
              'stdbool.h', 'stddef.h', 'stdint.h', 'stdio.h', 'stdlib.h', 'stdnoreturn.h', 'string.h', 'time.h'}
# dissectors/ are pure: of the standard library only what does no I/O and allocates nothing.
PURE = C_STANDARD - {'stdio.h', 'stdlib.h', 'time.h'}

# The data flow from top to bottom: each may include itself, dissectors/ and what stands above it.
FLOW = ('analyzer/input', 'analyzer/packet', 'analyzer/tls', 'analyzer/verdict')
# Files directly in analyzer/, and who may include them: the plain data that ends the flow, what all
# wings share, and the one that joins the wings.
OUTCOME = ('analyzer/outcome.h', 'analyzer/outcome_names.def', 'analyzer/causes.def')
SHARED = ('analyzer/arena.h', 'analyzer/blocks.h', 'analyzer/hash.h', 'analyzer/memo.h')
JOINT = ('analyzer/pipeline.h', 'analyzer/pipeline.c')

# A library's header: the files that may include it. A trailing / is a folder.
DOORS = {
    'pcap.h': ('analyzer/input/capture_pcap.c', 'analyzer/input/filter.c'),
    'pcap/': ('analyzer/input/capture_pcap.c', 'analyzer/input/filter.c'),
    'ndpi_': ('analyzer/tls/app_label.c',),
    'ndpi/': ('analyzer/tls/app_label.c',),
    'openssl/': ('analyzer/crypto/',),
    'sqlite3.h': ('db/',),
    'xxhash.h': ('analyzer/input/identity.c',),
    'xxh_x86dispatch.h': ('analyzer/input/identity.c',),
    'archive': ('analyzer/input/archive.c',),
    'zlib.h': ('analyzer/input/codec.c', 'analyzer/tls/decompress.c'),
    'brotli/': ('analyzer/tls/decompress.c',),
    'zstd.h': ('analyzer/input/codec.c', 'analyzer/tls/decompress.c'),
}
# POSIX and the like: only where the outside world is met.
SYSTEM = ('analyzer/input/', 'analyzer/cli/', 'analyzer/report/', 'db/', 'analyzer/tls/app_label.c',
          'analyzer/crypto/library.c', 'analyzer/blocks.c')
SYSTEM_HEADERS = re.compile(r'^(sys/\w+|unistd|fcntl|dirent|getopt|glob|signal|sched|pthread|termios|locale|langinfo|wchar'
                            r'|strings|poll|ftw|libgen|byteswap|endian|netinet/in|arpa/inet|math|stdatomic)\.h$')


def home(path):
    """The folder whose rules hold for PATH: dissectors/tls, analyzer/input, db, analyzer."""
    parts = path.split('/')[:-1]
    return '/'.join(parts[:1] if parts[0] == 'db' else parts[:2])


def allowed_folder(source, target):
    mine, theirs = home(source), home(target)
    if mine == theirs or mine in ('analyzer/cli', 'analyzer/report'):
        return True
    if mine.startswith('dissectors/'):
        return theirs == 'dissectors/wire'
    if mine == 'db' or source in OUTCOME:
        return target in OUTCOME
    if theirs.startswith('dissectors/'):
        return True
    if mine in FLOW:
        above = FLOW[:FLOW.index(mine)] + ('analyzer/crypto',)
        return theirs in above or target in OUTCOME + SHARED
    if mine == 'analyzer/crypto':
        return target in SHARED
    return source in JOINT and theirs in FLOW + ('analyzer/crypto',)


def within(path, places):
    return any(path == place or (place.endswith('/') and path.startswith(place)) for place in places)


def broken_rule(source, bracket, target):
    """What is wrong with this include, or None."""
    if bracket == '"':
        if '/' not in target:
            return 'is not written from the top of the project'
        return None if allowed_folder(source, target) else '%s may not include %s' % (home(source), home(target))
    for header, doors in DOORS.items():
        if target == header or (not header.endswith('.h') and target.startswith(header)):
            return None if within(source, doors) else 'only %s may include it' % ', '.join(doors)
    if source.startswith('dissectors/'):
        return None if target in PURE else 'dissectors/ use only the pure part of the C standard library'
    if target in C_STANDARD:
        return None
    if not SYSTEM_HEADERS.match(target):
        return 'is no header of a table in includes.py'
    return None if within(source, SYSTEM) else 'no POSIX here; it belongs to %s' % ', '.join(SYSTEM)


def broken_includes(source, text):
    for bracket, target in INCLUDE.findall(text):
        rule = broken_rule(source, bracket, target)
        if rule:
            yield '%s: %s: %s' % (source, target, rule)


def sources(root):
    for top in OWN_FOLDERS:
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if name.endswith(SOURCES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check(root):
    """Prints TAP; True when every file keeps the rules."""
    failed = number = 0
    for number, source in enumerate(sources(root), 1):
        with open(os.path.join(root, source), encoding='utf-8') as file:
            broken = list(broken_includes(source, file.read()))
        failed += bool(broken)
        print('%s %d - %s' % ('not ok' if broken else 'ok', number, source))
        for line in broken:
            print('# ' + line)
    print('1..%d' % number)
    return number > 0 and not failed


# (file, line, breaks a rule): proves that the test can fail, and does not fail too easily.
SELF_TEST = (
    ('dissectors/tls/alert.c', '#include "dissectors/wire/cursor.h"', False),
    ('dissectors/tls/alert.c', '#include "dissectors/x509/der.h"', True),
    ('dissectors/tls/alert.c', '#include "analyzer/outcome.h"', True),
    ('dissectors/tls/alert.c', '#include <stdlib.h>', True),
    ('dissectors/wire/cursor.c', '#include "dissectors/tls/alert.h"', True),
    ('dissectors/wire/cursor.c', '#include "cursor.h"', True),
    ('analyzer/packet/flow.c', '#include "analyzer/input/packet.h"', False),
    ('analyzer/packet/flow.c', '#include "analyzer/arena.h"', False),
    ('analyzer/packet/flow.c', '#include "analyzer/tls/session.h"', True),
    ('analyzer/packet/flow.c', '#include "analyzer/cli/options.h"', True),
    ('analyzer/packet/flow.c', '#include "analyzer/pipeline.h"', True),
    ('analyzer/packet/flow.c', '#include <sys/mman.h>', True),
    ('analyzer/input/source.c', '#include <sys/mman.h>', False),
    ('analyzer/verdict/verdict.c', '#include "analyzer/outcome.h"', False),
    ('analyzer/verdict/verdict.c', '#include "db/store.h"', True),
    ('analyzer/verdict/verdict.c', '#include <sqlite3.h>', True),
    ('analyzer/outcome.h', '#include "analyzer/input/packet.h"', True),
    ('analyzer/pipeline.c', '#include "analyzer/verdict/verdict.h"', False),
    ('analyzer/pipeline.c', '#include "db/store.h"', True),
    ('db/store.c', '#include "analyzer/outcome.h"', False),
    ('db/store.c', '#include "analyzer/tls/session.h"', True),
    ('db/store.c', '  #  include <sqlite3.h>', False),
    ('analyzer/tls/session.c', '#include <pcap.h>', True),
    ('analyzer/tls/session.c', '#include <pcap/pcap.h>', True),
    ('analyzer/tls/session.c', '#include <ndpi_api.h>', True),
    ('analyzer/tls/app_label.c', '#include <ndpi_api.h>', False),
    ('analyzer/tls/session.c', '#include <openssl/evp.h>', True),
    ('analyzer/crypto/sign.c', '#include <openssl/evp.h>', False),
    ('analyzer/cli/main.c', '#include "db/store.h"', False),
    ('analyzer/cli/main.c', '#include <uthash.h>', True),
    ('analyzer/cli/main.c', '// text about #include "nothing.h"', False),
)


def self_test():
    failed = 0
    for number, (source, line, breaks) in enumerate(SELF_TEST, 1):
        right = bool(list(broken_includes(source, line + '\n'))) == breaks
        failed += not right
        print('%s %d - %s %s %s' % ('ok' if right else 'not ok', number, source, 'may not' if breaks else 'may', line))
    print('1..%d' % len(SELF_TEST))
    return not failed


if __name__ == '__main__':
    if '--self-test' in sys.argv:
        sys.exit(0 if self_test() else 1)
    sys.exit(0 if check(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) else 1)
