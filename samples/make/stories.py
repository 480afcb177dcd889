"""stories.py - the stories, one row each: who serves, who calls, and what they themselves say of it.

Used by make; told in words in ../README.md. `proof` are words that must stand in the logs of the end
points (server's or client's): a story whose end points tell something else is not written.
"""
import os
from collections import namedtuple

import captures
from lab import CLIENT, CLIENT4, SERVER, SERVER4, SERVER6

HERE = os.path.dirname(os.path.abspath(__file__))

# after: what is done to the capture; setup: commands in a host's namespace before anything else;
# filter: what is captured besides the port; beside: (namespace, command) of what runs beside the end
# points, each of which says a word on stdout when it is ready
Story = namedtuple('Story', 'file port server clients proof after setup filter beside',
                   defaults=(None, (), None, ()))

NAME = 'gate.harbour.example'
PAGE = 'status.txt'  # what the servers serve; make writes it
GET = 'GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n' % (PAGE, NAME)
TLS12_GNUTLS = '--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2'
ASK = ('-CAfile', 'device-root.pem', '-verify', '3', '-verify_return_error')
REQUIRE = ('-CAfile', 'device-root.pem', '-Verify', '3', '-verify_return_error')
ANCIENT = ('-tls1', '-cipher', 'ALL:@SECLEVEL=0')

NGINX = '''daemon off; pid %(dir)s/nginx.pid; error_log stderr info; worker_processes 1;
events { }
http { access_log off; client_body_temp_path %(dir)s/t; proxy_temp_path %(dir)s/t;
 fastcgi_temp_path %(dir)s/t; uwsgi_temp_path %(dir)s/t; scgi_temp_path %(dir)s/t;
 server { listen %(port)d ssl; ssl_certificate %(dir)s/server.pem; ssl_certificate_key %(dir)s/server.key;
  ssl_protocols %(version)s; ssl_verify_client on; ssl_client_certificate %(dir)s/device-root.pem;
  client_header_timeout 4s;
  location / { root %(dir)s; } } }
'''
APACHE = '''ServerRoot /usr/lib/apache2
%(modules)s
PidFile %(dir)s/apache.pid
ServerName gate.harbour.example
Listen %(port)d
ErrorLog /dev/stderr
LogLevel ssl:info
DocumentRoot %(dir)s
SSLEngine on
SSLProtocol %(version)s
SSLCertificateFile %(dir)s/server.pem
SSLCertificateKeyFile %(dir)s/server.key
SSLVerifyClient require
SSLCACertificateFile %(dir)s/device-root.pem
SSLOCSPEnable on
SSLOCSPResponderTimeout 3
'''
APACHE_MODULES = ('mpm_event', 'authz_core', 'socache_shmcb', 'ssl')
HESITATING = '''import socket, ssl, sys
context = ssl.create_default_context(cafile="server-ca.pem")
context.maximum_version = ssl.TLSVersion.TLSv1_2
link, come, go = socket.create_connection(("%s", %d)), ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(come, go, server_hostname="%s")
try:
    tls.do_handshake()
except ssl.SSLWantReadError:
    link.sendall(go.read())
print("flight of %%d bytes, now where is that card" %% len(link.recv(65536)))
print("gone" if link.recv(65536) == b"" else "more")
'''
NODE = '''const fs = require("fs"), tls = require("tls"), read = n => fs.readFileSync(n);
tls.createServer({ key: read("server.key"), cert: read("server.pem"), ca: read("device-root.pem"),
  requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2" }, s => s.end("hello\\n"))
  .on("tlsClientError", e => console.log("refused: " + e.code))
  .on("secureConnection", s => console.log("authorized: " + s.authorized)).listen(%d);'''


SLOW = '''import select, socket, ssl, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
context.load_verify_locations("device-root.pem")
context.verify_mode = ssl.CERT_REQUIRED
context.maximum_version = ssl.TLSVersion.TLSv1_2
listener = socket.create_server(("", %d))
while True:
    link = context.wrap_socket(listener.accept()[0], server_side=True, do_handshake_on_connect=False)
    link.setblocking(False)
    while True:
        try:
            link.do_handshake()
            break
        except ssl.SSLWantReadError:
            select.select([link], [], [])
            time.sleep(0.3)
        except OSError as error:
            print("gone: %%s" %% error, flush=True)
            break
    link.close()
'''


def slow_python(port):
    """Takes its time for each flight, as a busy server does."""
    return 'python3', '-c', SLOW % port


def wall(namespace, device, word, way):
    return namespace, ('python3', os.path.join(HERE, 'wall.py'), device, word, way)


def resolver(name, address):
    return CLIENT, ('python3', os.path.join(HERE, 'resolver.py'), CLIENT4, name, address)


def s_server(port, *more):
    return ('openssl', 's_server', '-accept', str(port), '-cert', 'server.pem', '-key', 'server.key', '-WWW',
            '-msg') + more


def gnutls_serv(port, *more):
    return ('gnutls-serv', '--http', '--port=%d' % port, '--x509certfile=server.pem', '--x509keyfile=server.key',
            '--x509cafile=device-root.pem', '--debug=3', TLS12_GNUTLS) + more


def nginx(port, version):
    """make writes the file from NGINX."""
    return ('nginx', '-c', 'nginx-%d-%s.conf' % (port, version))


def apache(port, version):
    """Likewise, from APACHE."""
    return ('apache2', '-f', 'apache-%d-%s.conf' % (port, version), '-X')


def node(port):
    return 'node', '-e', NODE % port


def identity(name, chain=None):
    return ('-cert', (chain or name) + '.pem', '-key', name + '.key') + (
        ('-cert_chain', chain + '.pem') if chain else ())


def s_client(port, *more):
    return ('openssl', 's_client', '-connect', '%s:%d' % (SERVER4, port), '-servername', NAME, '-CAfile',
            'server-ca.pem', '-verify_return_error', '-ign_eof', '-msg') + more, GET


def curl(port, *more, host=SERVER4):
    address = '[%s]' % host if ':' in host else host
    return ('curl', '-sS', '--http1.1', '--max-time', '8', '--cacert', 'server-ca.pem', '--resolve',
            '%s:%d:%s' % (NAME, port, address), 'https://%s:%d/%s' % (NAME, port, PAGE)) + more, ''


def curl_as(port, name, *more, **where):
    return curl(port, '--cert', name + '.pem', '--key', name.split('-')[0] + '.key', *more, **where)


def hesitating(port):
    """Gets the server's flight and does not answer it, as one who looks for a smart card."""
    return ('python3', '-c', HESITATING % (SERVER4, port, NAME)), ''


def gnutls_cli(port, *more):
    return ('gnutls-cli', '--port=%d' % port, '--x509cafile=server-ca.pem', '--sni-hostname=' + NAME,
            '--verify-hostname=' + NAME, '--debug=3', '--crlf', TLS12_GNUTLS) + more + (SERVER4,), GET


def gnutls_as(port, name):
    return gnutls_cli(port, '--x509certfile=%s.pem' % name, '--x509keyfile=%s.key' % name)


def chromium(port):
    rules = '--host-resolver-rules=MAP * %s' % SERVER4
    return ('timeout', '-s', 'KILL', '20', 'chromium', '--headless', '--no-sandbox', '--disable-gpu',
            '--user-data-dir=browser', '--ignore-certificate-errors', '--disable-background-networking', rules,
            '--dump-dom', 'https://%s:%d/%s' % (NAME, port, PAGE)), ''


def http(port, *more):
    return ('curl', '-sS', '--max-time', '8', 'http://%s:%d/%s' % (SERVER4, port, PAGE)) + more, ''


def firewall(sport, port, *verdict):
    return SERVER, ('iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', str(port), '--sport', sport, '-j') + verdict


TLS12 = ('-tls1_2',)
STORIES = (
    # mutual TLS that works, and TLS that never was mutual
    Story('accepted-with-intermediate.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE),
          [curl_as(8883, 'crane-chain', host=SERVER6)], ['depth=0 C = SE, O = Harbour Example, OU = Cranes', 'idle']),
    Story('accepted-tls10.pcap', 8110, s_server(8110, *ANCIENT, *REQUIRE),
          [s_client(8110, *ANCIENT, *identity('tug'))], ['TLS 1.0, Handshake', 'CertificateVerify', 'idle']),
    Story('never-requested.pcapng', 443, s_server(443, *TLS12), [curl_as(443, 'tug')], ['idle']),
    Story('optional-none-sent.pcapng', 8443, s_server(8443, *TLS12, *ASK), [curl(8443)],
          ['CertificateRequest', 'idle']),

    # nothing presented
    Story('required-none-sent.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [curl(8883)],
          ['fatal handshake_failure']),
    Story('gnutls-none-sent.pcapng', 5556, gnutls_serv(5556, '--require-client-cert', '--verify-client-cert'),
          [gnutls_cli(5556)], ['Successfully sent 0 certificate(s)', 'Received alert [50]']),
    Story('browser-post-quantum-hello.pcapng', 8443, s_server(8443, *TLS12, *REQUIRE), [chromium(8443)],
          ['fatal handshake_failure']),

    # presented and refused
    Story('expired-certificate.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [curl_as(8883, 'expired')],
          ['fatal certificate_expired']),
    Story('stranger-ca.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [curl_as(8883, 'partner')],
          ['fatal unknown_ca']),
    Story('missing-intermediate.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [curl_as(8883, 'crane')],
          ['fatal unknown_ca']),
    Story('server-only-purpose.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [s_client(8883, *identity('webcam'))],
          ['fatal unsupported_certificate']),
    Story('homemade-certificate.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [curl_as(8883, 'homemade')],
          ['fatal unknown_ca']),
    Story('stolen-and-revoked.pcap', 8883, s_server(8883, *TLS12, *REQUIRE, '-CRL', 'device-root.crl', '-crl_check'),
          [curl_as(8883, 'stolen')], ['fatal certificate_revoked']),
    Story('gnutls-refuses-expired.pcapng', 5556, gnutls_serv(5556, '--require-client-cert', '--verify-client-cert'),
          [gnutls_as(5556, 'expired')],
          ['Successfully sent 1 certificate(s)', 'Received alert [49]', 'Error in the certificate']),
    Story('node-hangs-up.pcapng', 8884, node(8884), [curl_as(8884, 'expired')], ['refused: ']),

    # the refusal is not in TLS, or not about the client
    Story('nginx-400-none-sent.pcapng', 443, nginx(443, 'TLSv1.2'), [curl(443)], ['No required SSL certificate']),
    Story('nginx-400-stranger.pcapng', 443, nginx(443, 'TLSv1.2'), [curl_as(443, 'partner')],
          ['The SSL certificate error']),
    Story('client-distrusts-server.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE),
          [curl_as(8883, 'tug', '--cacert', 'other-ca.pem')], ['fatal unknown_ca']),

    # TLS was never reached: the port is there for one of five
    Story('never-reached-tls.pcapng', 8883, s_server(8883, '-4', *TLS12, *REQUIRE),
          [curl_as(8883, 'tug', '--local-port', '50001'), curl_as(8883, 'tug', '--local-port', '50002'),
           curl_as(8883, 'tug', '--local-port', '50003', '--connect-timeout', '4'),
           http(8883, '--local-port', '50004'), curl_as(8883, 'tug', host=SERVER6)],
          ['idle', 'Failed to connect', 'Timeout was reached', 'http request'],
          setup=[firewall('50002', 8883, 'REJECT', '--reject-with', 'tcp-reset'), firewall('50003', 8883, 'DROP')]),

    Story('https-to-a-plaintext-port.pcapng', 8080, ('python3', '-m', 'http.server', '8080'), [curl(8080)],
          ['code 400', 'wrong version number']),

    # nobody answers in time
    Story('card-not-found.pcapng', 443, nginx(443, 'TLSv1.2'), [hesitating(443)],
          ['where is that card', 'gone', 'client timed out']),

    # the server asks others, and they do not answer
    Story('ocsp-responder-silent.pcapng', 443, apache(443, 'TLSv1.2'), [curl_as(443, 'pilot')],
          ['could not connect to OCSP responder', 'alert'], filter='udp port 53 or tcp port 80',
          setup=[(CLIENT, ('iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '80', '-j', 'DROP'))],
          beside=[resolver('ocsp.harbour.example', CLIENT4)]),
    Story('ocsp-name-unknown.pcapng', 443, apache(443, 'TLSv1.2'), [curl_as(443, 'pilot')],
          ['could not resolve address of OCSP responder', 'alert'], filter='udp port 53 or tcp port 80',
          beside=[resolver('crl.harbour.example', CLIENT4)]),

    # a path on which large packets disappear, behind the point of capture
    Story('swallowed-by-a-tunnel.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE), [curl_as(8883, 'crane-long')],
          ['Connection timed out after'],
          setup=[(SERVER, ('iptables', '-A', 'INPUT', '-m', 'length', '--length', '1401:65535', '-j', 'DROP'))]),

    # something between the two interferes
    Story('cut-by-a-wall.pcapng', 8883, slow_python(8883), [curl_as(8883, 'tug')],
          ['cut', 'gone: ', 'Connection reset by peer'],
          beside=[wall(SERVER, 'gate0', 'tug-11', 'back'), wall(CLIENT, 'quay0', 'tug-11', 'on')]),

    # resumed: the second connection shows no certificate
    Story('resumed-by-ticket.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE),
          [s_client(8883, *TLS12, *identity('tug'), '-sess_out', 'ticket.session'),
           s_client(8883, *TLS12, *identity('tug'), '-sess_in', 'ticket.session')], ['Reused, TLSv1.2', 'idle']),
    Story('resumed-by-session-id.pcapng', 8883, s_server(8883, *TLS12, *REQUIRE, '-no_ticket'),
          [s_client(8883, *TLS12, *identity('tug'), '-sess_out', 'id.session'),
           s_client(8883, *TLS12, *identity('tug'), '-sess_in', 'id.session')], ['Reused, TLSv1.2', 'idle']),

    # captures with something missing
    Story('lost-client-flight.pcap', 8883, s_server(8883, *TLS12, *REQUIRE), [curl_as(8883, 'crane-chain')],
          ['idle'], lambda path: captures.lose(path, b'crane-04')),
    Story('cut-short.pcap', 8883, s_server(8883, *TLS12, *REQUIRE), [curl(8883), curl_as(8883, 'expired'),
          curl_as(8883, 'tug')], ['fatal handshake_failure', 'fatal certificate_expired', 'idle'],
          lambda path: captures.cut(path, b'tug-11', 300)),

    # TLS 1.3: after ServerHello nothing can be read without keys
    Story('tls13-none-sent.pcapng', 8883, s_server(8883, *REQUIRE), [curl(8883)],
          ['TLS 1.3, Alert', 'certificate required']),
    Story('tls13-accepted-nginx.pcapng', 443, nginx(443, 'TLSv1.3'), [curl_as(443, 'tug')], ['idle']),
    Story('tls13-hello-retry.pcapng', 8883, s_server(8883, *REQUIRE, '-groups', 'P-384'),
          [s_client(8883, *identity('expired'))], ['certificate expired']),
)
