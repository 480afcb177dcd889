"""points.py - the stories of two capture points: three hosts in a row, something happens in the middle.

Used by make. quay (client) - mole (router, NAT, proxy or filter) - gate (server); dumpcap listens at quay and at
gate. Rows first, as in stories.py: who serves, what the mole does, who calls, what the logs must say.
"""
import os
import subprocess
import time
from collections import namedtuple

from lab import CLIENT, OFFLOADS, SERVER, SERVER4, Running, inside, listening, run, said, wait_until
from stories import NAME, REQUIRE, TLS12, curl, curl_as, nginx, s_server

Points = namedtuple('Points', 'name port server mole clients proof')

MOLE = 'harbour-mole'
QUAY4, MOLE_QUAY4, MOLE_GATE4 = '198.51.100.10', '198.51.100.1', '192.0.2.254'
WIRES = ((CLIENT, 'quay0', '02:00:00:00:00:10', QUAY4, 'mole0', '02:00:00:00:00:20', MOLE_QUAY4),
         (SERVER, 'gate0', '02:00:00:00:00:01', SERVER4, 'mole1', '02:00:00:00:00:21', MOLE_GATE4))

NFT = 'table ip mole {\n chain c {\n  type %s;\n  %s\n }\n}\n'
NAT = NFT % ('nat hook postrouting priority 100', 'oifname mole1 masquerade')
FILTER = NFT % ('filter hook forward priority 0', 'tcp dport 8883 meta length > 800 reject with tcp reset')

HAPROXY = '''defaults
 mode tcp
 retries 0
 timeout connect 5s
 timeout client 5s
 timeout server 5s
listen gate
 bind %(mole)s:%(port)d ssl crt %(dir)s/mole-both.pem ssl-max-ver TLSv1.2
 server gate %(gate)s:%(port)d ssl ca-file %(dir)s/server-ca.pem sni str(%(name)s) ssl-max-ver TLSv1.2
'''


def nft(rules):
    def start(directory, port):
        subprocess.run(inside(MOLE, 'nft', '-f', '-'), input=rules.encode(), check=True)
        return None
    return start


def haproxy(directory, port):
    path = os.path.join(directory, 'haproxy.cfg')
    with open(path, 'w') as out:
        out.write(HAPROXY % {'mole': MOLE_QUAY4, 'gate': SERVER4, 'port': port, 'dir': directory, 'name': NAME})
    return 'haproxy', '-db', '-f', path


def router(directory, port):
    return None


POINTS = (
    Points('unchanged', 8883, s_server(8883, *TLS12, *REQUIRE), router, [curl_as(8883, 'tug')], ['idle']),
    Points('translated', 8883, s_server(8883, *REQUIRE), nft(NAT), [curl_as(8883, 'tug')], ['TLS 1.3', 'idle']),
    Points('terminated', 8883, s_server(8883, *TLS12, *REQUIRE), haproxy,
           [curl_as(8883, 'tug', '--cacert', 'mole-ca.pem', host=MOLE_QUAY4)], ['fatal handshake_failure']),
    Points('reset', 8883, nginx(8883, 'TLSv1.2'), nft(FILTER), [curl_as(8883, 'crane-chain'), curl(8883)],
           ['Connection reset by peer', 'No required SSL certificate']),
)


def up():
    down()
    for namespace in (CLIENT, MOLE, SERVER):
        run('ip', 'netns', 'add', namespace)
    for host, device, mac, address, other, other_mac, other_address in WIRES:
        run('ip', 'link', 'add', device, 'netns', host, 'type', 'veth', 'peer', 'name', other, 'netns', MOLE)
        for namespace, name, hardware, ip4 in ((host, device, mac, address), (MOLE, other, other_mac, other_address)):
            ip = ('ip', '-n', namespace)
            run(*ip, 'link', 'set', name, 'address', hardware, 'mtu', '1500')
            run(*ip, 'address', 'add', ip4 + '/24', 'dev', name)
            run(*ip, 'link', 'set', 'lo', 'up')
            run(*inside(namespace, 'ethtool', '-K', name), *(word for o in OFFLOADS for word in (o, 'off')))
            run(*ip, 'link', 'set', name, 'up')
        run('ip', '-n', host, 'route', 'add', 'default', 'via', other_address)
    run(*inside(MOLE, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1'))


def down():
    for namespace in (CLIENT, MOLE, SERVER):
        subprocess.run(('ip', 'netns', 'del', namespace), stderr=subprocess.DEVNULL)


def call(clients, directory, log):
    for command, words in clients:
        with open(log + '.client', 'ab') as out:
            subprocess.run(inside(CLIENT, *command), input=words.encode(), stdout=out, stderr=subprocess.STDOUT,
                           cwd=directory, timeout=60)
    time.sleep(0.5)


def record(story, server, directory, log):
    """Both captures of one story, LOG.near.pcapng and LOG.far.pcapng."""
    def dumpcap(namespace, device, point):
        return Running(namespace, ('dumpcap', '-q', '-i', device, '-f', 'tcp port %d' % story.port, '-w',
                                   '%s.%s.pcapng' % (log, point)), log + '.' + point, directory)

    for tail in ('.server', '.client', '.near', '.far', '.mole'):
        open(log + tail, 'w').close()
    between = story.mole(directory, story.port)
    with Running(SERVER, server, log + '.server', directory), \
            Running(MOLE, between or ('sleep', '60'), log + '.mole', directory):
        wait_until(lambda: listening(story.port), 'port %d' % story.port)
        with dumpcap(CLIENT, 'quay0', 'near'), dumpcap(SERVER, 'gate0', 'far'):
            for point in ('.near', '.far'):
                wait_until(lambda: said(log + point, 'File:'), 'dumpcap')
            time.sleep(0.5)  # it says so a moment before its socket is ready
            call(story.clients, directory, log)
