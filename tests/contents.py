#!/usr/bin/env python3
"""contents.py - what a database says, free of ids: are two of them the same?

usage: contents.py A.db B.db      prints the first differences of each view; exit status 1 if there are any

Every view of the contract is read. Ids depend on the order of runs, so a session is called by its
session_key and a capture by its content hash.
"""
import sqlite3
import sys

SESSIONS = ('session_id', 'other_session_id', 'near_session', 'far_session')
NUMBERS = ('pair',)  # ids without a name of their own
DIFFERENCES_MAX = 5


def contents(path):
    """{view: sorted rows}"""
    db = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    keys = dict(db.execute('SELECT session_id, session_key FROM sessions'))
    hashes = dict(db.execute("SELECT capture_id, content_hash || ' ' || size FROM captures"))
    found = {}
    for view, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        cursor = db.execute('SELECT * FROM %s' % view)
        names = [column[0] for column in cursor.description]
        maps = [keys if name in SESSIONS else hashes if name == 'capture_id' else None for name in names]
        rows = [tuple(m.get(value, value) if m else value for m, value, name in zip(maps, row, names)
                      if name not in NUMBERS) for row in cursor]
        found[view] = sorted(rows, key=repr)
    broken = db.execute('PRAGMA foreign_key_check').fetchall() + db.execute('PRAGMA integrity_check').fetchall()
    db.close()
    if broken != [('ok',)]:
        raise ValueError('%s: %r' % (path, broken[:DIFFERENCES_MAX]))
    return found


def differences(a, b, mine=None):
    """Lines that say where the contents of A and B differ; none if they don't. MINE: those of A, if at hand."""
    mine, theirs = mine or contents(a), contents(b)
    lines = []
    for view in sorted(set(mine) | set(theirs)):
        left, right = set(map(repr, mine.get(view, []))), set(map(repr, theirs.get(view, [])))
        lines += ['%s: only in %s: %s' % (view, a, row) for row in sorted(left - right)[:DIFFERENCES_MAX]]
        lines += ['%s: only in %s: %s' % (view, b, row) for row in sorted(right - left)[:DIFFERENCES_MAX]]
        if left == right and len(mine[view]) != len(theirs[view]):
            lines.append('%s: %d and %d rows' % (view, len(mine[view]), len(theirs[view])))
    return lines


def main():
    lines = differences(*sys.argv[1:3])
    print('\n'.join(lines) or 'the same')
    sys.exit(1 if lines else 0)


if __name__ == '__main__':
    main()
