#!/usr/bin/env python3
"""run.py - make odd certificates with the openssl command and hold our walk against OpenSSL's.

usage: run.py PROGRAM [MTLSCOPE]

PROGRAM is the one built from certificates.c. With MTLSCOPE the certificates in samples/, and in the
captures of the folder $MTLSCOPE_CAPTURES, are compared too. Skipped (exit 77) where the openssl
command is missing.
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

SKIPPED = 77
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'samples')

# Keys: name, arguments of openssl genpkey.
KEYS = (
    ('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'),
    ('rsa1023', '-algorithm RSA -pkeyopt rsa_keygen_bits:1023'),
    ('pss', '-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048'),
    ('p256', '-algorithm EC -pkeyopt ec_paramgen_curve:P-256'),
    ('p384', '-algorithm EC -pkeyopt ec_paramgen_curve:P-384'),
    ('p521', '-algorithm EC -pkeyopt ec_paramgen_curve:P-521'),
    ('p224', '-algorithm EC -pkeyopt ec_paramgen_curve:P-224'),
    ('k1', '-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1'),
    ('bp', '-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1'),
    ('explicit', '-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit'),
    ('ed25519', '-algorithm ED25519'),
    ('ed448', '-algorithm ED448'),
)

# Names: what follows -subj, and further arguments.
SUBJECTS = (
    ('plain', '/C=DE/O=TLS Lab/OU=Clients/CN=alice', ()),
    ('empty', '/', ()),
    ('multi', '/C=DE/O=Lab/CN=bob+UID=42+serialNumber=7', ('-multivalue-rdn',)),
    ('utf8', '/C=DE/O=Prüfstelle für Zürich/CN=日本語 🔒', ('-utf8',)),
    ('bmp', '/C=DE/O=Prüfstelle/CN=日本', ('-utf8', '-nameopt', 'utf8')),
    ('escaped', r'/CN= lead, mid;+<a>"q"\\ #x \/trail /O=#hash/OU=a=b', ()),
    ('kinds', '/DC=org/DC=example/emailAddress=a@b.c/street=x/title=t/GN=g/SN=s/initials=i'
              '/generationQualifier=jr/pseudonym=p/dnQualifier=d/businessCategory=b'
              '/postalCode=1/jurisdictionC=DE/organizationIdentifier=VAT/unstructuredName=u', ()),
)

# Extensions of one certificate: name, lines of an x509v3 section.
EXTENSIONS = (
    ('none', ()),
    ('san', ('subjectAltName=DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1,IP:::,IP:1:0:0:2::3,'
             'IP:::ffff:1.2.3.4,URI:https://x.example/a?b=c,email:a@b.c,RID:1.2.3.4,dirName:dn,'
             'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.example,otherName:1.2.3;UTF8:x',)),
    ('sancomma', ('subjectAltName=@comma',)),
    ('client', ('keyUsage=critical,digitalSignature,keyAgreement,decipherOnly,encipherOnly',
                'extendedKeyUsage=clientAuth,1.2.3.4.5,anyExtendedKeyUsage',
                'basicConstraints=critical,CA:FALSE')),
    ('ca', ('basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=keyCertSign,cRLSign',
            'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid:always,issuer:always')),
    ('path', ('basicConstraints=CA:TRUE,pathlen:2147483646',)),
    ('hugepath', ('basicConstraints=DER:30:0e:01:01:ff:02:09:00:ff:ff:ff:ff:ff:ff:ff:ff',)),
    ('urls', ('authorityInfoAccess=OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/ca.der,'
              'OCSP;URI:http://ocsp2.example/,OCSP;DNS:not.a.url',
              'crlDistributionPoints=URI:http://crl.example/1.crl,URI:ldap:///CN=x?a,p1,p2')),
    ('unknown', ('1.2.3.4=critical,DER:05:00', 'nsComment=text', 'certificatePolicies=1.2.3')),
    ('nosan', ('subjectAltName=DER:30:00', 'keyUsage=DER:03:01:00')),
    ('zeropath', ('basicConstraints=DER:30:00', '1.3.6.1.5.5.7.1.24=DER:30:03:02:01:05')),
)

SECTIONS = """
[dn]
C=DE
O=Directory, Name
CN=x+y
[comma]
URI.1=ldap:///CN=a,DC=b?c
URI.2=http://x/, DNS:evil.example
email.1=a\\\\b@c
[p1]
fullname=URI:http://a.example/1.crl,URI:http://b.example/2.crl
CRLissuer=dirName:dn
reasons=keyCompromise
[p2]
relativename=rel
[rel]
CN=relative
"""

# Others: what differs from the ordinary, further arguments.
SPECIALS = (
    ('negative', ('-set_serial', '-1')),
    ('negative128', ('-set_serial', '-128')),
    ('negative255', ('-set_serial', '-255')),
    ('negative256', ('-set_serial', '-256')),
    ('negativelong', ('-set_serial', '-0x80000000000000000000')),
    ('zero', ('-set_serial', '0')),
    ('high', ('-set_serial', '0xff00ff00ff00ff00ff00ff00ff00ff00ff00ff00')),
    ('generalized', ('-days', '36500')),
    ('short', ('-days', '1')),
    ('sha1', ('-sha1',)),
    ('sha512', ('-sha512',)),
    ('sha3', ('-sha3-256',)),
    ('pss256', ('-sigopt', 'rsa_padding_mode:pss', '-sha256')),
    ('pss384', ('-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:20', '-sha384')),
    ('pss1', ('-sigopt', 'rsa_padding_mode:pss', '-sha1')),
)


class Maker:
    def __init__(self, openssl, folder):
        self.openssl, self.folder = openssl, folder
        self.made, self.refused = [], []

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, *arguments):
        run = subprocess.run([self.openssl, *arguments], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return run.returncode == 0

    def config(self, name, lines, mask='utf8only'):
        path = self.path(name + '.cnf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('[req]\ndistinguished_name=none\nstring_mask=%s\n[none]\n[v3]\n' % mask)
            file.write('\n'.join(lines) + '\n' + SECTIONS)
        return path

    def certificate(self, name, key, subject, config, *arguments):
        """A self-signed one; versions of openssl that refuse something are no failure of ours."""
        out = self.path(name + '.pem')
        done = self.call('req', '-new', '-x509', '-config', config, '-key', self.path(key + '.key'),
                         '-subj', subject, '-out', out, *arguments)
        (self.made if done else self.refused).append(out)

    def version1(self, key):
        """Neither version field nor extensions."""
        request, out = self.path('v1.csr'), self.path('v1.pem')
        self.call('req', '-new', '-config', self.config('v1', ()), '-key', self.path(key + '.key'),
                  '-subj', '/CN=version 1', '-out', request)
        done = self.call('x509', '-req', '-in', request, '-signkey', self.path(key + '.key'), '-out', out)
        (self.made if done else self.refused).append(out)


def make_all(maker):
    keys = [name for name, arguments in KEYS
            if maker.call('genpkey', *arguments.split(), '-out', maker.path(name + '.key'))]
    plain = maker.config('plain', ('subjectKeyIdentifier=hash',))
    for key in keys:
        maker.certificate('key-' + key, key, '/CN=' + key, plain, '-extensions', 'v3')
    for name, subject, arguments in SUBJECTS:
        mask = {'bmp': 'MASK:0x800', 'kinds': 'default'}.get(name, 'utf8only')
        maker.certificate('name-' + name, 'p256', subject, maker.config('name-' + name, (), mask), *arguments)
    for name, lines in EXTENSIONS:
        maker.certificate('ext-' + name, 'p256', '/CN=' + name, maker.config('ext-' + name, lines),
                          '-extensions', 'v3')
    for name, arguments in SPECIALS:
        maker.certificate('special-' + name, 'rsa', '/CN=' + name, plain, *arguments)
    maker.version1('p256')


def captured(mtlscope, folder):
    """Files with the certificates that were seen on the wire."""
    database = os.path.join(folder, 'captured.db')
    places = [SAMPLES] + [p for p in [os.environ.get('MTLSCOPE_CAPTURES')] if p]
    subprocess.run([mtlscope, 'analyze', '--no-progress', '--no-ndpi', '-o', database, *places],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    paths = []
    for digest, der in sqlite3.connect(database).execute(
            "SELECT certificate_sha256, der FROM certificates WHERE der IS NOT NULL AND format = 'x509'"):
        paths.append(os.path.join(folder, digest + '.der'))
        with open(paths[-1], 'wb') as file:
            file.write(der)
    if not paths:
        sys.exit('no certificate was found in ' + ' '.join(places))
    return paths


def main(program, mtlscope=None):
    openssl = shutil.which('openssl')
    if openssl is None:
        print('skipped: there is no openssl command')
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(openssl, folder)
        make_all(maker)
        for path in maker.refused:
            print('note: openssl did not make', os.path.basename(path))
        seen = captured(mtlscope, folder) if mtlscope else []
        return subprocess.run([program, *maker.made, *seen]).returncode


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
