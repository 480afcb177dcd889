"""pki.py - the certificates of the stories: one small PKI, made anew on every run.

Used by make. Dates are fixed, so that a certificate which is expired in a story stays expired and
the others stay good; keys are new each time. Rows first, the openssl commands below them.
"""
import os
import subprocess
from collections import namedtuple

Cert = namedtuple('Cert', 'subject issuer use start end')

ALWAYS = ('20200101000000Z', '20491231235959Z')
PAST = ('20200101000000Z', '20210630120000Z')

# name: subject (RFC 4514 order reversed, as openssl takes it), issuer's name, extensions, validity
CERTS = {
    'server-ca': Cert('/C=SE/O=Harbour Example/CN=Harbour Server CA', 'server-ca', 'ca', *ALWAYS),
    'device-root': Cert('/C=SE/O=Harbour Example/CN=Harbour Device Root', 'device-root', 'ca', *ALWAYS),
    'device-ca': Cert('/C=SE/O=Harbour Example/CN=Harbour Device CA 1', 'device-root', 'ca', *ALWAYS),
    'other-ca': Cert('/C=NO/O=Fjord Example/CN=Fjord Partner CA', 'other-ca', 'ca', *ALWAYS),
    'mole-ca': Cert('/C=SE/O=Harbour Example/CN=Harbour Mole CA', 'mole-ca', 'ca', *ALWAYS),
    'server': Cert('/C=SE/O=Harbour Example/CN=gate.harbour.example', 'server-ca', 'server', *ALWAYS),
    'mole': Cert('/C=SE/O=Harbour Example/CN=gate.harbour.example', 'mole-ca', 'server', *ALWAYS),
    'crane': Cert('/C=SE/O=Harbour Example/OU=Cranes/CN=crane-04', 'device-ca', 'client', *ALWAYS),
    'tug': Cert('/C=SE/O=Harbour Example/OU=Tugs/CN=tug-11', 'device-root', 'client', *ALWAYS),
    'expired': Cert('/C=SE/O=Harbour Example/OU=Cranes/CN=crane-01', 'device-root', 'client', *PAST),
    'stolen': Cert('/C=SE/O=Harbour Example/OU=Tugs/CN=tug-07', 'device-root', 'client', *ALWAYS),
    'webcam': Cert('/C=SE/O=Harbour Example/OU=Cameras/CN=camera-22', 'device-root', 'server', *ALWAYS),
    'partner': Cert('/C=NO/O=Fjord Example/CN=ferry-3', 'other-ca', 'client', *ALWAYS),
    'pilot': Cert('/C=SE/O=Harbour Example/OU=Pilots/CN=pilot-2', 'device-root', 'status', *ALWAYS),
    'homemade': Cert('/C=SE/O=Harbour Example/CN=test-laptop', 'homemade', 'client', *ALWAYS),
}

CONFIG = '''
[ca]
default_ca = all
[all]
dir = {dir}
new_certs_dir = {dir}
database = {dir}/{issuer}.index
serial = {dir}/{issuer}.serial
crlnumber = {dir}/{issuer}.crlnumber
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = none
[none]
[ca_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server_ext]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:gate.harbour.example
[client_ext]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[status_ext]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://ocsp.harbour.example/
'''


def openssl(*args):
    done = subprocess.run(('openssl',) + args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit('openssl %s: %s' % (args[0], done.stdout.strip()))


def config(directory, issuer):
    path = os.path.join(directory, issuer + '.cnf')
    if not os.path.exists(path):
        with open(path, 'w') as out:
            out.write(CONFIG.format(dir=directory, issuer=issuer))
        open(os.path.join(directory, issuer + '.index'), 'w').close()
        for counter in ('serial', 'crlnumber'):
            with open(os.path.join(directory, issuer + '.' + counter), 'w') as out:
                out.write('1A01\n')
    return path


def issue(directory, name, cert):
    """NAME.key and NAME.pem; self-signed when the issuer is the certificate itself."""
    at = lambda tail: os.path.join(directory, tail)
    cnf = config(directory, cert.issuer)
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(name + '.key'))
    openssl('req', '-new', '-config', cnf, '-key', at(name + '.key'), '-subj', cert.subject,
            '-out', at(name + '.csr'))
    signer = ['-selfsign'] if cert.issuer == name else ['-cert', at(cert.issuer + '.pem')]
    openssl('ca', '-batch', '-notext', '-config', cnf, '-keyfile', at(cert.issuer + '.key'), *signer,
            '-extensions', cert.use + '_ext', '-startdate', cert.start, '-enddate', cert.end,
            '-in', at(name + '.csr'), '-out', at(name + '.pem'))


def join(directory, out, *names):
    with open(os.path.join(directory, out), 'w') as bundle:
        for name in names:
            with open(os.path.join(directory, name)) as part:
                bundle.write(part.read())


def create(directory):
    """Everything in DIRECTORY: NAME.pem, NAME.key, crane-chain.pem, mole-both.pem, device-root.crl."""
    for name, cert in CERTS.items():
        issue(directory, name, cert)
    at = lambda tail: os.path.join(directory, tail)
    join(directory, 'crane-chain.pem', 'crane.pem', 'device-ca.pem')
    join(directory, 'mole-both.pem', 'mole.pem', 'mole.key')
    join(directory, 'crane-long.pem', 'crane.pem', 'device-ca.pem', 'device-root.pem', 'other-ca.pem')
    cnf, signer = config(directory, 'device-root'), ('-keyfile', at('device-root.key'), '-cert', at('device-root.pem'))
    openssl('ca', '-config', cnf, *signer, '-revoke', at('stolen.pem'), '-crl_reason', 'keyCompromise')
    openssl('ca', '-config', cnf, *signer, '-gencrl', '-crldays', '3650', '-out', at('device-root.crl'))
