#!/usr/bin/env python3
"""embed.py - turns the SQL files of db/ into one C file; run by meson.

embed.py sql OUT.c FILE.sql...      embed_<stem>_sql arrays, and the table of upgrade/NNN.sql
embed.py named OUT.c FILE.sql...    the rows of named.h, from each file's header comments

C strings would be longer than ISO C promises to take, so texts become arrays of bytes.
"""
import os
import re
import sys


def array(name, text, static=''):
    data = text.encode() + b'\0'
    lines = [', '.join(str(b) for b in data[i:i + 24]) for i in range(0, len(data), 24)]
    return '%sconst char %s[] = {\n%s};\n' % (static, name, ',\n'.join(lines))


def quoted(text):
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"')


def sql(paths):
    out, upgrades = ['#include "db/embed.h"\n'], []
    for path in paths:
        stem = os.path.splitext(os.path.basename(path))[0]
        text = open(path, encoding='utf-8').read()
        if stem.isdigit():
            out.append(array('upgrade_%s' % stem, text, 'static '))
            upgrades.append('{%d, upgrade_%s},' % (int(stem), stem))
        else:
            out.append(array('embed_%s_sql' % stem, text))
    out.append('const struct embed_upgrade embed_upgrades[] = {%s{0, 0}};\n' % ''.join(upgrades))
    return '\n'.join(out)


def row(path):
    name = os.path.splitext(os.path.basename(path))[0]
    text = open(path, encoding='utf-8').read()
    head, params = {}, []
    for key, value in re.findall(r'^-- (group|title|param): (.*)$', text, re.M):
        if key == 'param':
            m = re.fullmatch(r'(\w+)=(\S*) +(.+)', value)
            if m is None or ':' + m[1] not in text:
                sys.exit('%s: bad or unused parameter: %s' % (path, value))
            params.append('{%s}' % ', '.join(quoted(g) for g in m.groups()))
        else:
            head[key] = value
    if set(head) != {'group', 'title'} or len(params) > 4:
        sys.exit('%s: needs "-- group:" and "-- title:", and at most 4 parameters' % path)
    ident = 'sql_' + name.replace('-', '_')
    fields = [quoted(name), quoted(head['group']), quoted(head['title']), ident,
              '{%s}' % (', '.join(params) or '{0, 0, 0}'), str(len(params))]
    return array(ident, text, 'static '), '\t{%s},\n' % ', '.join(fields)


def named(paths):
    rows = [row(p) for p in paths]
    return '#include "db/embed.h"\n\n%s\nconst struct named embed_named[] = {\n%s};\nconst size_t embed_named_count = %d;\n' % (
        '\n'.join(r[0] for r in rows), ''.join(r[1] for r in rows), len(rows))


def main():
    kind, out, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    text = '/* Made by db/embed.py; do not edit. */\n' + {'sql': sql, 'named': named}[kind](paths)
    with open(out, 'w', encoding='utf-8') as f:
        f.write(text)


main()
