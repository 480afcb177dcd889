"""slurm.py - a Slurm of this machine alone, in a folder of its own: munged, slurmctld, slurmd.

For test_cluster.py. Needs root and no systemd. Whatever happens to the test, its daemons end with it.
"""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

from harness import Unavailable

PROGRAMS = ('munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol')
PR_SET_PDEATHSIG = 1
START_SECONDS = 30

CONF = '''ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.sock
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=600
NodeName=localhost NodeAddr=127.0.0.1 NodeHostname={host} CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Slurm:
    def __init__(self, folder, cpus):
        self.folder, self.cpus, self.daemons = folder, cpus, []
        self.env = dict(os.environ, SLURM_CONF=os.path.join(folder, 'slurm.conf'))

    def __enter__(self):
        if os.geteuid() != 0:
            raise Unavailable('not root')
        missing = [name for name in PROGRAMS if shutil.which(name, path=os.environ['PATH'] + ':/usr/sbin:/sbin') is None]
        if missing:
            raise Unavailable('not installed: ' + ', '.join(missing))
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def write(self, name, data):
        with open(os.path.join(self.folder, name), 'wb') as out:
            out.write(data)
        os.chmod(os.path.join(self.folder, name), 0o600)

    def daemon(self, *command):
        with open(os.path.join(self.folder, command[0] + '.out'), 'wb') as out:
            self.daemons.append(subprocess.Popen(
                [shutil.which(command[0], path=os.environ['PATH'] + ':/usr/sbin:/sbin'), *command[1:]],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.env, preexec_fn=die_with_parent))

    def start(self):
        munge = os.path.join(self.folder, 'munge')
        for name in ('munge', 'state', 'spool'):
            os.mkdir(os.path.join(self.folder, name), 0o700)
        os.chmod(munge, 0o711)
        self.write('munge.key', os.urandom(1024))
        self.write('cgroup.conf', b'CgroupPlugin=cgroup/v1\n')
        self.write('slurm.conf', CONF.format(folder=self.folder, controller=free_port(), daemon=free_port(),
                                             host=os.uname().nodename.split('.')[0], cpus=self.cpus).encode())
        self.daemon('munged', '--foreground', '--force', '--key-file=%s/munge.key' % self.folder,
                    '--socket=%s/munge.sock' % munge, '--pid-file=%s/munged.pid' % munge,
                    '--log-file=%s/munged.log' % munge, '--seed-file=%s/seed' % munge)
        self.wait(lambda: os.path.exists(munge + '/munge.sock'), 'munged')
        self.daemon('slurmctld', '-D')
        self.daemon('slurmd', '-D', '-N', 'localhost')
        self.wait(lambda: 'idle' in self.run('sinfo', '-h', '-o', '%T'), 'slurmctld or slurmd')

    def wait(self, condition, what):
        end = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > end or any(daemon.poll() is not None for daemon in self.daemons):
                raise Unavailable('%s does not start: %s' % (what, self.last_words()))
            time.sleep(0.1)

    def last_words(self):
        words = []
        for name in ('munge/munged.log', 'munged.out', 'slurmctld.log', 'slurmd.log'):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, errors='replace') as file:
                    words += [line.strip() for line in file if 'error' in line or 'fatal' in line.lower()][-1:]
        return '; '.join(words) or 'it says nothing'

    def run(self, *command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, env=self.env, timeout=60).stdout

    def finish_jobs(self, seconds):
        """Waits until no job is left in the queue."""
        end = time.monotonic() + seconds
        while self.run('squeue', '-h'):
            if time.monotonic() > end:
                raise AssertionError('jobs do not end: ' + self.run('squeue'))
            time.sleep(0.2)

    def stop(self):
        if len(self.daemons) > 2 and all(daemon.poll() is None for daemon in self.daemons):
            self.run('scancel', '--user=root', '--full', '--signal=KILL')
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
