#!/usr/bin/env python3
"""test_cli.py - the program from outside: pages as drawn, bad inputs, exit statuses, interruption.

usage: test_cli.py [--update] MTLSCOPE MAKE_DB

MAKE_DB writes made-up sessions (make_db.c); their pages are held against expected/*.txt. --update
writes them anew, to be read as a diff. Captures are those of samples/; everything happens in a
directory of its own. Prints TAP.
"""
import fcntl
import json
import os
import pty
import signal
import sqlite3
import stat
import struct
import subprocess
import sys
import termios
import time

from harness import (ARGUMENTS, CAPTURE, EXPECTED, PROGRAM, SAMPLES, UTF8, Unavailable, contains, fails, main, run, same,
                     test)

UPDATE = '--update' in sys.argv
MAKE_DB = ARGUMENTS[1]


def on_terminal(width, *args, env=UTF8):
    """What the program writes to a terminal of WIDTH columns (stdout and stderr together)."""
    try:
        master, slave = pty.openpty()
    except OSError as error:
        raise Unavailable(error) from None
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 50, width, 0, 0))
    process = subprocess.Popen([PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    output = b''
    try:
        while True:
            piece = os.read(master, 65536)
            if not piece:
                break
            output += piece
    except OSError:
        pass  # the other end is closed
    os.close(master)
    process.wait(60)
    return output.decode().replace('\r\n', '\n')


def page(name, text):
    path = os.path.join(EXPECTED, name + '.txt')
    if UPDATE:
        with open(path, 'w') as file:
            file.write(text)
    with open(path) as file:
        want = file.read()
    for number, (have, line) in enumerate(zip(text.split('\n'), want.split('\n')), 1):
        same(have, line, '%s, line %d' % (name, number))
    same(text, want, name)


def made(name='made.db'):
    if not os.path.exists(name):
        subprocess.run([MAKE_DB, name], check=True)
    return name


@test
def pages_of_show():
    for session in range(1, 6):
        done = run('show', made(), str(session))
        same((done.returncode, done.stderr), (0, ''))
        page('show-%d-80' % session, done.stdout)
        for line in done.stdout.split('\n'):
            if session != 5 and len(line) > 80:  # addresses are never cut
                raise AssertionError('wider than 80: %r' % line)


@test
def page_of_show_ascii():
    done = run('show', '--ascii', made(), '1')
    page('show-1-ascii', done.stdout)
    same(done.stdout.isascii(), True)
    same(run('show', made(), '1', env=dict(UTF8, LC_ALL='C')).stdout, done.stdout, 'a locale that is not UTF-8')


@test
def page_of_show_wide():
    page('show-1-120', on_terminal(120, 'show', '--color=never', made(), '1'))


@test
def page_of_show_all():
    page('show-1-all', run('show', '--all', made(), '1').stdout)


@test
def pages_of_failures():
    done = run('failures', made())
    page('failures-80', done.stdout)
    same(done.stderr, '3 of 5 sessions. Details: mtlscope show made.db 1\n')
    page('failures-120', on_terminal(120, 'failures', '--color=never', made()))
    page('failures-all-80', run('failures', '--all', made()).stdout)


@test
def colour_only_where_wanted():
    same('\033' in run('show', made(), '1').stdout, False, 'a pipe')
    same('\033' in run('show', '--color', 'always', made(), '1').stdout, True, '--color always')
    same('\033[1;31m' in on_terminal(80, 'show', made(), '1'), True, 'a terminal')
    same('\033' in on_terminal(80, 'show', made(), '1', env=dict(UTF8, NO_COLOR='1')), False, 'NO_COLOR')
    same('\033' in on_terminal(80, 'show', made(), '1', env=dict(UTF8, TERM='dumb')), False, 'TERM=dumb')
    fails(run('show', '--color', 'green', made(), '1'), 1, '--color', '"green"')


@test
def hostile_names_stay_text():
    for arguments in (['show', made(), '5'], ['show', '--all', made(), '5'], ['failures', '--all', made()],
                      ['query', made(), 'SELECT * FROM sessions'],
                      ['query', made(), 'SELECT * FROM certificates', '--format', 'csv'],
                      ['show', '--format', 'json', made(), '5']):
        for output in (run(*arguments).stdout, run(*arguments, '--ascii').stdout):
            for bad in '\033\007\u202e':
                same(bad in output, False, '%r in %s' % (bad, arguments))


@test
def show_as_json():
    done = run('show', '--format', 'json', made(), '1')
    story = json.loads(done.stdout)
    same((story['session_id'], story['verdict'], story['alert_code']), (1, 'client_cert_rejected', 48))
    same([m['name'] for m in story['messages']][-3:], ['unknown_ca', 'FIN', 'RST'])
    same(len(story['facts']), 4)


def points(story):
    return ['--near', os.path.join(SAMPLES, 'points', story + '.near.pcapng'),
            '--far', os.path.join(SAMPLES, 'points', story + '.far.pcapng')]


@test
def compare_alone_keeps_nothing():
    before = sorted(os.listdir('.'))
    os.mkdir('tmp')
    done = run('compare', *points('terminated'), env=dict(UTF8, TMPDIR=os.path.abspath('tmp')))
    same((done.returncode, done.stderr), (0, ''))
    page('compare-terminated', done.stdout)
    same(os.listdir('tmp'), [])
    os.rmdir('tmp')
    same(sorted(os.listdir('.')), before)
    for line in done.stdout.split('\n'):
        same(len(line) <= 80, True, line)
    page('compare-reset', run('compare', *points('reset')).stdout)


@test
def compare_tells_the_four_apart():
    first = {'unchanged': 'passes_through', 'translated': 'passes_through', 'terminated': 'tls_terminated_between',
             'reset': 'reset_injected'}
    for story, finding in first.items():
        done = run('compare', '--format', 'json', *points(story))
        rows = json.loads(done.stdout)
        same((done.returncode, rows[0]['finding']), (0, finding), story)
        same('(NAT)' in rows[0]['evidence'], story == 'translated', story)


@test
def compare_in_a_database():
    done = run('compare', 'points.db', '--format', 'jsonl', *points('reset'))
    same(done.returncode, 0)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    again = run('compare', 'points.db', '--format', 'jsonl', *points('reset'))
    same(again.stdout, done.stdout, 'the same once more')
    db = sqlite3.connect('points.db')
    same(db.execute('SELECT count(*) FROM comparisons').fetchone()[0], len(rows))
    same(db.execute('SELECT count(*) FROM captures').fetchone()[0], 2)
    same(stat.S_IMODE(os.stat('points.db').st_mode), 0o600)
    # known by name when the files are gone, and as it stands there
    names = ['--near', 'reset.near.pcapng', '--far', 'reset.far.pcapng']
    same(run('compare', 'points.db', '--format', 'jsonl', *names).stdout, done.stdout)
    contains(run('compare', 'points.db', *names).stdout, 'session 1', 'session 3')


@test
def compare_default_database():
    os.mkdir('here')
    run('analyze', '-o', 'here/mtlscope.db', *points('reset')[1::2])
    done = run('compare', *points('reset'), cwd='here')
    contains(done.stdout, 'near  session 1')
    rows = sqlite3.connect('here/mtlscope.db').execute('SELECT count(*) FROM comparisons').fetchone()[0]
    same(rows, 3)
    # one of the two is not in it: nothing is taken from it, and nothing put into it
    contains(run('compare', *points('unchanged'), cwd='here').stdout, '1 pair, 0 differ')
    same(sqlite3.connect('here/mtlscope.db').execute('SELECT count(*) FROM captures').fetchone()[0], 2)


@test
def compare_reads_what_has_changed():
    near, far = points('unchanged')[1::2]

    def becomes(path):
        with open(path, 'rb') as source, open('rotated.pcapng', 'wb') as out:
            out.write(source.read())

    becomes(points('reset')[1])
    run('analyze', '-o', 'rotated.db', 'rotated.pcapng', far)
    becomes(near)
    for _ in range(2):  # read again, then found again
        done = run('compare', 'rotated.db', '--format', 'json', '--near', 'rotated.pcapng', '--far', far)
        same([row['finding'] for row in json.loads(done.stdout)], ['passes_through'])
    db = sqlite3.connect('rotated.db')
    same(db.execute('SELECT count(*) FROM captures').fetchone()[0], 3)


@test
def compare_directories():
    for side in ('near', 'far'):
        os.makedirs('two/' + side)
        for story in ('unchanged', 'translated'):
            name = '%s.%s.pcapng' % (story, side)
            with open(os.path.join(SAMPLES, 'points', name), 'rb') as source, \
                    open('two/%s/%s' % (side, name), 'wb') as out:
                out.write(source.read())
    done = run('compare', '--format', 'json', '--near', 'two/near', '--far', 'two/far')
    same([row['finding'] for row in json.loads(done.stdout)], ['passes_through'] * 2)


@test
def compare_warns():
    near, far = points('reset')[1::2]
    done = run('compare', '--near', far, '--far', near)
    same(done.returncode, 0)
    contains(done.stderr, 'warning: ', 'the wrong way round')
    with open(near, 'rb') as source, open('half.pcapng', 'wb') as out:
        out.write(source.read()[:-50])
    done = run('compare', '--near', 'half.pcapng', '--far', far)
    same(done.returncode, 2)
    contains(done.stderr, 'warning: half.pcapng: ends inside')
    contains(done.stdout, '2 pairs')


@test
def compare_says_what_is_wrong():
    near, far = points('reset')[1::2]
    fails(run('compare'), 1, 'compare', '--near is missing')
    fails(run('compare', '--near', near), 1, 'compare', '--far is missing')
    fails(run('compare', '--near', near, '--far', near), 1, '--far', 'another point')
    fails(run('compare', 'a', 'b', '--near', near, '--far', far), 1, 'compare', 'one database')
    fails(run('compare', '--near', near, '--far', 'none.pcap'), 1, 'none.pcap', 'no such file')
    fails(run('compare', '--format', 'xml', '--near', near, '--far', far), 1, '--format', 'xml')
    fails(run('compare', __file__, '--near', near, '--far', far), 1, os.path.basename(__file__))
    with open(near, 'rb') as source, open('copy.pcapng', 'wb') as out:
        out.write(source.read())
    fails(run('compare', '--near', near, '--far', 'copy.pcapng'), 1, '--far', 'same packets')


@test
def show_tells_of_other_sessions():
    """Under one incident: refused without a certificate, then accepted; resumed from the session before."""
    samples = [os.path.join(SAMPLES, name) for name in
               ('required-none-sent.pcapng', 'resumed-by-ticket.pcapng', 'browser-post-quantum-hello.pcapng')]
    done = run('analyze', '--no-progress', '--incident', 'X', '-o', 'related.db', *samples[:2])
    contains(done.stdout, '1 of the failed: the same client was accepted soon after')
    run('analyze', '--no-progress', '-o', 'related.db', samples[2])
    db = sqlite3.connect('related.db')
    (failed, good), = db.execute("SELECT session_id, other_session_id FROM related WHERE relation = 'retry_followed'")
    (resumed, origin), = db.execute("SELECT session_id, other_session_id FROM related WHERE relation = 'resumed_from'")
    left, later = db.execute("SELECT session_id, other_session_id FROM related "
                             "WHERE relation = 'retry_without_certificate' ORDER BY 1").fetchone()
    db.close()

    def shown(number, *texts):
        contains(' '.join(run('show', 'related.db', str(number)).stdout.split()), *texts)

    shown(failed, 'the same client came back 14.4 s later with a certificate and was accepted: session %d' % good)
    shown(good, 'the same client had failed before: session %d' % failed, 'resumed later: session %d' % resumed)
    shown(resumed, 'in which the client presented CN=tug-11,OU=Tugs,O=Harbour Example,C=SE, and TLS finished',
          'resumed from session %d, ' % origin)
    shown(left, 'later and answered with no certificate: session %d' % later)
    shown(later, 'the same client had left before when it was asked: session %d and 1 more' % left)


@test
def readme_shows_what_show_prints():
    with open(os.path.join(os.path.dirname(SAMPLES), 'README.md')) as file:
        shown = file.read().split('```text\n')[1].split('```')[0]
    run('analyze', '-o', 'readme.db', os.path.join(SAMPLES, 'homemade-certificate.pcapng'))
    contains(run('show', 'readme.db', '1').stdout, shown)


@test
def show_by_key():
    same(run('show', made(), 'fad6f9db-1').returncode, 0)
    fails(run('show', made(), '9999'), 1, 'no session 9999; this database has 1 to 5')
    fails(run('show', made(), 'fad6f9db-77'), 1, 'no session fad6f9db-77')
    fails(run('show', made()), 1, 'which session?')


@test
def query_formats():
    sql = 'SELECT session_id, verdict, sub_reason FROM sessions ORDER BY 1 LIMIT 2'
    table = run('query', made(), sql)
    same(table.stderr, '2 rows\n')
    same(table.stdout.split('\n')[:2], ['session_id  verdict                  sub_reason',
                                        '         1  client_cert_rejected     unknown_ca'])
    contains(table.stdout, 'no_client_cert_rejected  \u00b7')
    csv = run('query', made(), sql, '--format', 'csv').stdout
    same(csv.split('\n')[0], 'session_id,verdict,sub_reason')
    contains(csv, '2,no_client_cert_rejected,\n')
    rows = json.loads(run('query', made(), sql, '--format', 'json').stdout)
    same(rows[1], {'session_id': 2, 'verdict': 'no_client_cert_rejected', 'sub_reason': None})
    lines = run('query', made(), sql, '--format', 'jsonl').stdout.strip().split('\n')
    same([json.loads(line)['session_id'] for line in lines], [1, 2])
    same(run('query', made(), 'SELECT 1 AS a WHERE 0', '--format', 'json').stdout, '[]\n')


@test
def query_refuses():
    fails(run('query', made(), 'DELETE FROM session'), 1, 'query:')
    fails(run('query', made(), 'SELECT nothing FROM sessions'), 1, 'nothing')
    fails(run('query', made(), 'expirng'), 1, 'Did you mean "expiring"?')
    fails(run('query', made()), 1, '--list')
    fails(run('query', made(), 'not-asked', '--format', 'xml'), 1, '"xml"')
    fails(run('query', made(), 'expiring', 'weeks=3'), 1, 'takes no "weeks=3"')


@test
def questions():
    contains(run('query', '--list').stdout, 'What failed', 'not-asked', 'expiring [days=30]')
    contains(run('query', '--sql', 'not-asked').stdout, 'SELECT')
    for question in (['failures-by-cause'], ['expiring', 'days=10'], ['expiring', '10']):
        done = run('query', made(), *question)
        same(done.returncode, 0, done.stderr)


@test
def schema_lists_views():
    contains(run('schema').stdout, 'sessions', 'client_cert_requested', 'TEXT')
    fails(run('schema', 'none.db'), 1, 'none.db: no such file')


@test
def help_and_version():
    contains(run('--help').stdout, 'mtlscope analyze incident.pcap', 'failures', 'schema')
    contains(run('--version').stdout, 'mtlscope ')
    for command in ('analyze', 'failures', 'show', 'query', 'schema', 'explain', 'merge', 'remove'):
        done = run(command, '--help')
        same((done.returncode, done.stderr), (0, ''), command)
        contains(done.stdout, 'mtlscope ' + command, '--ascii')
        for line in done.stdout.split('\n'):
            if len(line) > 80 and 'example' not in line:
                raise AssertionError('wider than 80: %r' % line)


@test
def bad_usage_is_one_line():
    fails(run(), 1, 'give a command')
    fails(run('analyse'), 1, 'Did you mean "analyze"?')
    fails(run('report'), 1, 'unknown command "report"')
    fails(run('--frobnicate'), 1, 'unknown option')
    fails(run('analyze'), 1, 'name a capture')
    fails(run('analyze', '--keylogs', 'x', CAPTURE), 1, '--keylogs. Did you mean --keylog?')
    fails(run('analyze', '-o'), 1, 'needs a value')
    fails(run('analyze', '--force=yes', CAPTURE), 1, '--force takes no value')
    fails(run('analyze', '--jobs', '0', CAPTURE), 1, '--jobs')
    fails(run('analyze', '--ca', 'x', CAPTURE), 1, 'x: No such file or directory')
    fails(run('analyze', '--crl', __file__, CAPTURE), 1, 'no CRL in it, PEM or DER')
    fails(run('explain', 'unknown_ca', '--stack', 'x'), 1, 'no stack is called "x"; there are openssl, boringssl')
    fails(run('analyze', '--port', '65536', CAPTURE), 1, '--port: "65536" is not a number from 1 to 65535')
    fails(run('failures', 'a.db', 'b.db'), 1, 'one database')
    fails(run('show', '1'), 1, 'mtlscope.db: not found here')
    same(os.path.exists('mtlscope.db'), False, 'nothing was made')


@test
def explanations():
    contains(run('explain', '48').stdout, 'unknown_ca', 'alert 48', '= server:')
    contains(run('explain', 'client_cert_dropped').stdout, '= client:')
    fails(run('explain', 'unknown_cas'), 1, 'Did you mean "unknown_ca"?')


@test
def connections_without_tls():
    capture = os.path.join(SAMPLES, 'never-reached-tls.pcapng')
    line = '%d connections to TLS ports without TLS: %d refused, 1 unanswered, 1 plaintext\n'
    contains(run('analyze', '-o', 'ports.db', capture).stdout, line % (3, 1))
    again = run('analyze', '-o', 'ports.db', '--port', '8883', '--port', '443', capture)
    contains(again.stdout, line % (4, 2))
    data = json.loads(run('analyze', '-o', 'ports.db', '--json', capture).stdout)
    same(data['without_tls'], {'refused': 1, 'no_answer': 1, 'plaintext': 1}, 'without_tls')


@test
def bad_inputs_alone():
    open('notes.txt', 'w').write('Dear all, the capture is attached\n')
    open('empty.pcap', 'w').close()
    os.mkdir('folder')
    open('folder/readme', 'w').write('nothing here\n')
    fails(run('analyze', '-o', 'new.db', 'absent.pcap'), 1, 'absent.pcap: no such file')
    fails(run('analyze', '-o', 'new.db', 'empty.pca'), 1, 'empty.pcap')
    fails(run('analyze', '-o', 'new.db', 'folder'), 1, 'folder: no capture in it')
    fails(run('analyze', '-o', 'new.db', 'notes.txt'), 1, 'notes.txt: not a capture', 'Dear all')
    fails(run('analyze', '-o', 'new.db', 'empty.pcap'), 1, 'empty.pcap: empty file')
    same(os.path.exists('new.db'), False, 'no database without a capture')


@test
def bad_inputs_among_good():
    done = run('analyze', '-o', 'mixed.db', 'notes.txt', CAPTURE, 'empty.pcap', 'folder')
    same(done.returncode, 2, done.stderr)
    contains(done.stderr, 'warning: notes.txt: not a capture', 'warning: empty.pcap: empty file')
    contains(done.stderr, 'note: 1 other file, no capture: folder/readme',
             '2 of 4  %s  1 session, 1 failed\n' % CAPTURE)
    same(done.stderr.count('\n'), 4, done.stderr)
    contains(done.stdout, '1 of 1 session failed mutual TLS', 'certificate expired')
    same(stat.S_IMODE(os.stat('mixed.db').st_mode), 0o600)


@test
def truncated_capture_keeps_its_sessions():
    whole = open(CAPTURE, 'rb').read()
    open('cut.pcapng', 'wb').write(whole[:-7])
    done = run('analyze', '-o', 'cut.db', 'cut.pcapng')
    same(done.returncode, 2, done.stderr)
    contains(done.stderr, 'warning: cut.pcapng: ', 'kept')
    again = run('analyze', '-o', 'cut.db', 'cut.pcapng')
    same((again.returncode, again.stdout), (2, done.stdout), 'the same again')


@test
def bad_databases():
    sqlite3.connect('photos.db').execute('CREATE TABLE photo (id)').connection.commit()
    open('text.db', 'w').write('not a database at all, but long enough to be looked at\n')
    made('newer.db')
    newer = sqlite3.connect('newer.db')
    newer.execute('PRAGMA user_version = 999')
    newer.commit()
    newer.close()
    for path in ('photos.db', 'text.db', 'newer.db'):
        before = open(path, 'rb').read()
        fails(run('failures', path), 1, path)
        fails(run('analyze', '-o', path, CAPTURE), 1, path)
        same(open(path, 'rb').read(), before, path + ' is untouched')
    contains(run('failures', 'newer.db').stderr, 'newer')
    fails(run('analyze', '-o', 'no/such/folder/x.db', CAPTURE), 1, 'x.db')
    fails(run('failures', 'absent.db'), 1, 'absent.db: no such file')


@test
def full_output_is_noticed():
    if not os.path.exists('/dev/full'):
        return
    with open('/dev/full', 'w') as full:
        done = subprocess.run([PROGRAM, 'show', made(), '1'], stdout=full, stderr=subprocess.PIPE, text=True, env=UTF8)
    same(done.returncode, 1)
    contains(done.stderr, 'standard output')


@test
def repetition():
    first = run('analyze', '-o', 'repeat.db', CAPTURE)
    same(first.returncode, 0, first.stderr)
    again = run('analyze', '-o', 'repeat.db', '--stats', CAPTURE)
    contains(again.stderr, '0 captures read, 1 unchanged')
    same(again.stdout, first.stdout)
    open('copy.pcapng', 'wb').write(open(CAPTURE, 'rb').read())
    contains(run('analyze', '-o', 'repeat.db', '--stats', 'copy.pcapng').stderr, '1 copies')
    contains(run('analyze', '-o', 'repeat.db', '--stats', 'copy.pcapng').stderr, '1 unchanged')
    contains(run('analyze', '-o', 'repeat.db', '--stats', '--force', CAPTURE).stderr, '1 captures read')
    db = sqlite3.connect('repeat.db')
    same(db.execute('SELECT count(*) FROM sessions').fetchone()[0], 1)
    same(db.execute('SELECT count(*) FROM captures').fetchone()[0], 1)
    same(db.execute('SELECT count(*) FROM capture_names').fetchone()[0], 2)


@test
def a_filter_is_another_result():
    contains(run('analyze', '-o', 'filter.db', '--filter', 'port 1', CAPTURE).stdout, 'No TLS session in 1 capture')
    contains(run('analyze', '-o', 'filter.db', CAPTURE).stdout, '1 of 1 session failed')
    fails(run('analyze', '-o', 'filter.db', '--filter', 'prt 443', CAPTURE), 1, '--filter')


@test
def sha256_is_stored():
    import hashlib
    run('analyze', '-o', 'sha.db', '--sha256', '--incident', 'INC-1', '--note', 'a note', CAPTURE)
    db = sqlite3.connect('sha.db')
    same(db.execute('SELECT sha256, incident FROM captures').fetchone(),
         (hashlib.sha256(open(CAPTURE, 'rb').read()).hexdigest(), 'INC-1'))
    same(db.execute('SELECT incident, note FROM incidents').fetchone(), ('INC-1', 'a note'))


@test
def standard_input():
    with open(CAPTURE, 'rb') as capture:
        done = subprocess.run([PROGRAM, 'analyze', '-o', 'stdin.db', '-'], stdin=capture, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=UTF8)
    same(done.returncode, 0, done.stderr)
    contains(done.stdout, '1 of 1 session failed')


@test
def summary_as_json():
    done = run('analyze', '-o', 'json.db', '--json', CAPTURE)
    same(json.loads(done.stdout),
         {'sessions': 1, 'failed': 1, 'causes': [{'cause': 'client_cert_expired', 'sessions': 1, 'ids': [1]}],
          'evidence': {'observed': 1, 'decrypted': 0, 'inferred': 0, 'none': 0},
          'without_tls': {'refused': 0, 'no_answer': 0, 'plaintext': 0}, 'problems': []})


@test
def summary_adds_up():
    done = run('analyze', '-o', 'all.db', '--json', SAMPLES)
    summary = json.loads(done.stdout)
    same(sum(cause['sessions'] for cause in summary['causes']), summary['failed'])
    same(sum(len(cause['ids']) for cause in summary['causes']), summary['failed'])
    same(sum(summary['evidence'].values()), summary['sessions'])
    rows = sqlite3.connect('all.db').execute('SELECT count(*) FROM failed_mutual_auth').fetchone()[0]
    same(rows, summary['failed'])


@test
def interruption_keeps_whole_captures():
    os.mkdir('many')
    whole = open(CAPTURE, 'rb').read()
    for number in range(400):  # a custom block makes each one's content its own
        block = struct.pack('=IIIII', 0xbad, 20, 32473, number, 20)
        open('many/%03d.pcapng' % number, 'wb').write(whole + block)
    process = subprocess.Popen([PROGRAM, 'analyze', '-o', 'stop.db', 'many'], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=UTF8)
    while not os.path.exists('stop.db') and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)
    same(process.returncode, 130, output)
    db = sqlite3.connect('stop.db')
    same(db.execute('PRAGMA integrity_check').fetchone()[0], 'ok')
    before = db.execute('SELECT count(*), total(sessions) FROM captures').fetchone()
    same(before[0] < 400 and before[0] == before[1], True, 'whole captures: %r' % (before,))
    db.close()
    done = run('analyze', '-o', 'stop.db', 'many')
    same(done.returncode, 0, done.stderr)
    contains(done.stdout, '400 of 400 sessions failed mutual TLS')


sys.exit(main())
