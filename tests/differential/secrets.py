#!/usr/bin/env python3
"""secrets.py - captures read with their key logs and without: nothing may contradict, nothing may leak.

usage: MTLSCOPE_CAPTURES=FOLDER secrets.py MTLSCOPE

FOLDER holds captures and key logs (*.keys, *.keylog) at any depth; without it the test is skipped.
Prints TAP: what lengths and order say of a session agrees with what its decrypted messages say, and
no secret of any key log is in the database or in what was printed, in hex or as bytes.
"""
import os
import sqlite3
import subprocess
import sys
import tempfile

CAPTURES, KEYLOGS = ('.pcap', '.pcapng', '.cap'), ('.keys', '.keylog')
FACTS = ('resumed', 'client_cert_requested', 'client_cert', 'outcome', 'client_finished', 'server_finished', 'proof')
SEEN = {'seen', 'valid', 'invalid'}
BATCH = 500


def find(folder, endings):
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.join(path, name)


def analyze(program, database, captures, keylogs):
    printed = b''
    options = [word for log in keylogs for word in ('--keylog', log)]
    for first in range(0, len(captures), BATCH):
        done = subprocess.run([program, 'analyze', '-o', database, '--no-progress'] + options +
                              captures[first:first + BATCH], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        printed += done.stdout
        if done.returncode not in (0, 2):
            sys.exit('Bail out! %s' % done.stdout[-400:].decode(errors='replace'))
    return printed


def attempts(database):
    con = sqlite3.connect(database)
    con.row_factory = sqlite3.Row
    rows = con.execute('SELECT s.session_key, a.* FROM attempts a JOIN sessions s USING (session_id)')
    return {(r['session_key'], r['attempt_no']): dict(r) for r in rows}


def contradictions(opened, closed):
    for key, with_keys in opened.items():
        without = closed.get(key, with_keys)
        for fact in FACTS:
            pair = {with_keys[fact], without[fact]}
            if len(pair) == 2 and 'unknown' not in pair and not (fact == 'proof' and pair <= SEEN):
                yield '%s attempt %d, %s: %s with keys, %s without' % (key + (fact, with_keys[fact], without[fact]))


def secrets(keylogs):
    for log in keylogs:
        with open(log, 'rb') as lines:
            for words in map(bytes.split, lines):
                if len(words) == 3 and words[0][:1] != b'#' and len(words[2]) >= 32:
                    yield words[2].lower()


def leaks(keylogs, texts):
    lower = [text.lower() for text in texts]
    for secret in secrets(keylogs):
        try:
            raw = bytes.fromhex(secret.decode())
        except ValueError:
            continue
        if any(secret in text for text in lower) or any(raw in text for text in texts):
            yield 'a secret of %d bytes' % len(raw)


def report(number, name, faults):
    faults = list(faults)
    print('%s %d - %s' % ('not ok' if faults else 'ok', number, name))
    for fault in faults[:20]:
        print('# ' + fault)


def main():
    folder = os.environ.get('MTLSCOPE_CAPTURES')
    if not folder:
        print('1..0 # SKIP set MTLSCOPE_CAPTURES to a folder of captures and key logs')
        return
    captures, keylogs = list(find(folder, CAPTURES)), list(find(folder, KEYLOGS))
    with tempfile.TemporaryDirectory() as work:
        opened, closed = os.path.join(work, 'opened.db'), os.path.join(work, 'closed.db')
        printed = analyze(sys.argv[1], opened, captures, keylogs)
        analyze(sys.argv[1], closed, captures, [])
        print('1..3')
        with_keys = attempts(opened)
        count = sum(a['evidence'] == 'decrypted' for a in with_keys.values())
        print('# %d captures, %d key logs, %d attempts decrypted' % (len(captures), len(keylogs), count))
        report(1, 'key logs open something', [] if count else ['nothing was decrypted'])
        report(2, 'sizes never contradict messages', contradictions(with_keys, attempts(closed)))
        with open(opened, 'rb') as file:
            report(3, 'no secret is stored or printed', leaks(keylogs, [file.read(), printed]))


main()
