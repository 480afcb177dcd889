#!/usr/bin/env python3
"""run.py - end-to-end cases: analyze a capture, hold the views against expected.json.

usage: run.py [--update] MTLSCOPE [CASE...]

A case is a folder here; README.md tells what expected.json holds. Prints TAP. --update writes what
the program said into expected.json, to be read as a diff: the truth is what the end points did.
"""
import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VIEWS = ('failed_mutual_auth', 'no_client_certificate')  # a session's key of this name: is it a row there?
ABSENT = '(no such column)'
STDERR_LINES = 8  # shown of a case that fails


def analyze(program, case, directory):
    """(exit status, stderr, sessions, {capture: problem}, connections without TLS, comparisons) of one run into
    a database of its own."""
    database = os.path.join(directory, 'case.db')
    command = [program, 'analyze', '--no-progress', '-o', database] + case.get('options', []) + case['captures']
    if 'comparisons' in case:
        command = [program, 'compare', database, '--near', case['captures'][0], '--far', case['captures'][1]]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace', timeout=60)
    if not os.path.exists(database):
        return done.returncode, done.stderr, [], {}, []
    db = sqlite3.connect('file:%s?mode=ro' % database, uri=True)
    db.row_factory = sqlite3.Row
    sessions = [dict(row) for row in db.execute('SELECT * FROM sessions ORDER BY capture_path, first_frame')]
    for view in VIEWS:
        members = {row[0] for row in db.execute('SELECT session_id FROM ' + view)}
        for session in sessions:
            session[view] = session['session_id'] in members
    number = {session['session_id']: n for n, session in enumerate(sessions, 1)}
    for session in sessions:
        session['related'] = sorted([relation, number[other]] for relation, other in db.execute(
            'SELECT relation, other_session_id FROM related WHERE session_id = ?', (session['session_id'],)))
    for session in sessions:
        session['findings'] = [list(row) for row in db.execute(
            'SELECT cause, certainty FROM findings WHERE session_id = ? ORDER BY rank', (session['session_id'],))]
    ports = [list(row) for row in db.execute('SELECT server_ip, server_port, refused, no_answer, plaintext, first_frame'
                                             ' FROM connections_without_tls ORDER BY 1, 2')]
    problems = dict(db.execute('SELECT path, problem FROM captures WHERE problem IS NOT NULL'))
    comparisons = [dict(row, near=number.get(row['near_session']), far=number.get(row['far_session']))
                   for row in db.execute('SELECT * FROM comparisons')]
    db.close()
    return done.returncode, done.stderr, sessions, problems, ports, comparisons


def compared(case, comparisons):
    """Words that a sentence must hold stand in a list; everything else is equal."""
    wanted = case.get('comparisons', [])
    if len(wanted) != len(comparisons):
        yield 'number of comparisons', len(wanted), len(comparisons)
    for number, (want, have) in enumerate(zip(wanted, comparisons), 1):
        for column, value in want.items():
            good = all(words in have[column] for words in value) if isinstance(value, list) else have[column] == value
            if not good:
                yield 'comparison %d, %s' % (number, column), value, have[column]


def differences(case, status, sessions, problems, ports, comparisons):
    if status != case['exit']:
        yield 'exit status', case['exit'], status
    for path in sorted(set(problems) | set(case['problems'])):
        want, have = case['problems'].get(path), problems.get(path)
        if want is None or have is None or want not in have:
            yield 'problem of ' + path, want, have
    if ports != case.get('without_tls', []):
        yield 'connections without TLS', case.get('without_tls', []), ports
    if len(sessions) != len(case['sessions']):
        yield 'number of sessions', len(case['sessions']), len(sessions)
    for number, (want, have) in enumerate(zip(case['sessions'], sessions), 1):
        for column, value in want.items():
            if have.get(column, ABSENT) != value:
                yield 'session %d, %s' % (number, column), value, have.get(column, ABSENT)
    yield from compared(case, comparisons)


def updated(case, status, sessions, problems):
    columns = list(case['sessions'][0]) if case['sessions'] else list(VIEWS)
    kept = case['sessions'] + [dict.fromkeys(columns)] * (len(sessions) - len(case['sessions']))
    return dict(case, exit=status, problems=problems,
                sessions=[{c: have.get(c) for c in want} for want, have in zip(kept, sessions)])


def run(program, name, update):
    """Lines that say what differs; none when the case passes."""
    path = os.path.join(HERE, name, 'expected.json')
    with open(path) as source:
        case = json.load(source)
    with tempfile.TemporaryDirectory(prefix='mtlscope-golden-') as directory:
        try:
            status, stderr, sessions, problems, ports, comparisons = analyze(program, case, directory)
        except (OSError, sqlite3.Error, subprocess.TimeoutExpired) as error:
            return [str(error)]
    lines = ['%-32s expected %s, got %s' % (what, json.dumps(want), json.dumps(have))
             for what, want, have in differences(case, status, sessions, problems, ports, comparisons)]
    if lines and update:
        with open(path, 'w') as out:
            out.write(json.dumps(updated(case, status, sessions, problems), indent=2) + '\n')
    return lines + ['stderr: ' + line for line in stderr.splitlines()[:STDERR_LINES]] if lines else []


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument('--update', action='store_true')
    options.add_argument('program')
    options.add_argument('case', nargs='*')
    options = options.parse_args()
    cases = options.case or sorted(n for n in os.listdir(HERE) if os.path.exists(os.path.join(HERE, n, 'expected.json')))
    print('1..%d' % len(cases))
    failed = 0
    for number, name in enumerate(cases, 1):
        lines = run(os.path.abspath(options.program), name, options.update)
        failed += bool(lines)
        print('%s %d - %s' % ('not ok' if lines else 'ok', number, name))
        for line in lines:
            print('# ' + line)
    sys.exit(1 if failed else 0)


main()
