"""lab.py - two hosts on one wire: network namespaces, servers in one, clients in the other.

Used by make. The wire is a veth pair with MTU 1500 and every offload off, so that packets look as
they do between machines; dumpcap listens on the server's end of it. Needs root.
"""
import contextlib
import os
import shutil
import signal
import subprocess
import time

SERVER4, CLIENT4 = '192.0.2.1', '192.0.2.10'
SERVER6, CLIENT6 = '2001:db8::1', '2001:db8::10'
SERVER, CLIENT = 'harbour-gate', 'harbour-quay'
OFFLOADS = ('tx', 'rx', 'sg', 'tso', 'gso', 'gro')
RESOLVER = '/etc/netns/%s' % SERVER  # ip netns exec puts its files into /etc
HOSTS = ((SERVER, 'gate0', '02:00:00:00:00:01', SERVER4, SERVER6),
         (CLIENT, 'quay0', '02:00:00:00:00:10', CLIENT4, CLIENT6))
PATIENCE = 10  # seconds until something that should happen is taken to have failed


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def inside(namespace, *command):
    return ('ip', 'netns', 'exec', namespace) + command


def wait_until(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise SystemExit('make: waited %d s in vain for %s' % (PATIENCE, what))
        time.sleep(0.05)


def up():
    down()
    os.makedirs(RESOLVER)
    with open(os.path.join(RESOLVER, 'resolv.conf'), 'w') as out:
        out.write('nameserver %s\n' % CLIENT4)
    for host in HOSTS:
        run('ip', 'netns', 'add', host[0])
    run('ip', 'link', 'add', 'gate0', 'netns', SERVER, 'type', 'veth', 'peer', 'name', 'quay0', 'netns', CLIENT)
    for namespace, device, mac, address4, address6 in HOSTS:
        ip = ('ip', '-n', namespace)
        run(*ip, 'link', 'set', device, 'address', mac, 'mtu', '1500')
        run(*ip, 'address', 'add', address4 + '/24', 'dev', device)
        run(*ip, 'address', 'add', address6 + '/64', 'dev', device, 'nodad')
        run(*ip, 'link', 'set', 'lo', 'up')
        run(*inside(namespace, 'ethtool', '-K', device), *(word for o in OFFLOADS for word in (o, 'off')))
        run(*ip, 'link', 'set', device, 'up')


def down():
    shutil.rmtree(RESOLVER, ignore_errors=True)
    for host in HOSTS:
        subprocess.run(('ip', 'netns', 'del', host[0]), stderr=subprocess.DEVNULL)


class Running:
    """A process in a namespace whose output goes to a file; ended when the `with` block ends."""

    def __init__(self, namespace, command, log, cwd):
        self.log = open(log, 'ab')
        self.process = subprocess.Popen(inside(namespace, *command), stdin=subprocess.PIPE, stdout=self.log,
                                        stderr=subprocess.STDOUT, cwd=cwd, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


def listening(port):
    table = subprocess.run(inside(SERVER, 'ss', '-Hltn', 'sport = :%d' % port), stdout=subprocess.PIPE, text=True)
    return bool(table.stdout.strip())


def said(log, words):
    return os.path.exists(log) and words in open(log, errors='replace').read()


@contextlib.contextmanager
def started(beside, directory, log):
    """BESIDE, (namespace, command) each, run until the `with` block ends; ready when they have said a word."""
    with contextlib.ExitStack() as stack:
        for number, (namespace, command) in enumerate(beside):
            name = '%s.beside%d' % (log, number)
            open(name, 'w').close()
            stack.enter_context(Running(namespace, command, name, directory))
            wait_until(lambda: os.path.getsize(name) > 0, command[0])
        yield


def record(capture, wanted, port, server, clients, directory, log):
    """Runs SERVER, then each client (a command, and what it reads from stdin) while dumpcap writes CAPTURE."""
    for tail in ('.server', '.client', '.dumpcap'):
        open(log + tail, 'w').close()
    dumpcap = ('dumpcap', '-q', '-i', 'gate0', '-f', wanted, '-w', capture)
    dumpcap += () if capture.endswith('.pcapng') else ('-P',)
    with Running(SERVER, server, log + '.server', directory):
        wait_until(lambda: listening(port), 'port %d' % port)
        with Running(SERVER, dumpcap, log + '.dumpcap', directory):
            wait_until(lambda: said(log + '.dumpcap', 'File:'), 'dumpcap')
            time.sleep(0.3)  # it says so a moment before its socket is ready
            for command, words in clients:
                with open(log + '.client', 'ab') as out:
                    subprocess.run(inside(CLIENT, *command), input=words.encode(), stdout=out,
                                   stderr=subprocess.STDOUT, cwd=directory, timeout=60)
            time.sleep(0.5)
