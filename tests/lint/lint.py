#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the tree and names every line that breaks a rule of the house.

    lint.py ROOT

One fault a line on standard output, `path:line: rule: what`; exit status 1 when there is one. What is worth
a look and no fault is a note on standard error.
"""

import os
import re
import sys

SPDX = '/* SPDX-License-Identifier: LGPL-2.1-or-later */'
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_COLUMNS = 120

# Which folders of minipay/ a folder may include besides itself.
ARROWS = {
    'core': set(),
    'wire': {'core'},
    'signing': {'core'},
    'transport': {'core'},
    'provider': {'core', 'wire', 'signing', 'transport'},
    'client': {'core', 'wire', 'signing', 'transport', 'provider'},
    'inbox': {'core', 'wire', 'signing', 'transport', 'provider', 'client'},
    'cli': set(),
    'sandbox': {'core'},
}
# The umbrella headers, and who may include them.
UMBRELLAS = {'minipay.h': {'cli'}, 'minipay-plugin.h': {'cli'}}

# A dependency: its headers, its names in code, its homes.
DEPENDENCIES = {
    'openssl': (r'openssl/', r'\b(EVP|X509|OSSL|BIO|PEM|ERR|RSA|BN|ASN1)_\w+|\b(X509|BIGNUM|BIO)\b',
                {'signing', 'sandbox'}),
    'libsoup': (r'libsoup/', r'\bSoup[A-Z]\w*|\bsoup_\w+|\bSOUP_\w+', {'transport', 'inbox', 'sandbox', 'cli'}),
    'json-glib': (r'json-glib/', r'\bJson[A-Z]\w*|\bjson_(node|object|array|parser|generator|builder|reader)_\w+',
                  {'wire', 'cli', 'sandbox'}),
    'gmodule': (r'gmodule\.h', r'\bGModule\b|\bg_module_\w+|\bdlopen\b', {'provider'}),
    'sqlite': (r'sqlite3\.h', r'\bsqlite3(_\w+)?\b', {'inbox'}),
    'libpq': (r'libpq', r'\bPG(conn|result)\b|\bPQ[a-z]\w+', {'inbox'}),
}

# What no shipped code calls: rule, pattern, the folders of minipay/ that may, why not.
BANNED = [
    ('floating-point', r'\b(double|float|gdouble|gfloat)\b', (), 'money and time are whole numbers'),
    ('number-parser',
     r'\b(strto[dflu]\w*|ato[ifl]l?|g_ascii_strto\w+|g_strtod|sscanf)\s*\(', (),
     'takes junk for a number: g_ascii_string_to_signed() and its kind do not'),
    ('json-number', r'\bjson_\w+_get_(int|double)\w*\s*\(', (), 'wraps and rounds numbers'),
    ('soup-logger', r'\b(SoupLogger|soup_logger_\w+)\b', (), 'writes bodies and keys to the log'),
    ('weak-random', r'\b(g_random_\w+|g_rand_\w+|s?rand|s?random|[dlm]rand48)\s*\(', (), 'can be guessed'),
    ('shell', r'\b(system|popen)\s*\(', (), 'runs a shell'),
    ('unbounded-copy', r'\b(v?sprintf|strcpy|strcat|gets|stpcpy)\s*\(', (), 'knows no length'),
    ('print', r'\b(v?f?printf|f?puts|f?putc|putchar|perror|g_print|g_printerr)\s*\(', ('cli', 'sandbox'),
     'a library does not speak on its own'),
]

# Reviewed exceptions: rule, path, a pattern that the line matches, why it is right there.
ALLOWED = [
    ('json-number', 'minipay/sandbox/sandbox-json.c', r'json_node_get_int \(node\)',
     'the one reader of whole numbers there: the line before asks for the type'),
    ('json-number', 'minipay/sandbox/sandbox-wechat-v3.c', r'"amount"\), "total"\)',
     'sandbox_wechat_order_check() has found a whole number there before anything is kept'),
]

COMPARERS = ('strcmp', 'strncmp', 'strcasecmp', 'memcmp', 'bcmp', 'g_strcmp0', 'g_str_equal',
             'g_ascii_strcasecmp', 'g_bytes_equal', 'g_bytes_compare')
SECRET_WORDS = {'secret', 'sign', 'signed', 'signature', 'sig', 'mac', 'hmac', 'digest', 'password'}
# A name that ends like this is about a secret and none itself.
PUBLIC_ENDINGS = {'type', 'name', 'scheme', 'id', 'kind', 'length', 'len', 'algorithm', 'field', 'count',
                  'index', 'code', 'header', 'path', 'word', 'words'}

# Put together so that this file does not name them itself.
WORKPLACE = [re.compile(p) for p in (r'(?<![\w.])/wo' r'rk/', r'(?i)\bsub' r'agents?\b', r'(?i)\bissue' r' #')]
OPEN_END = 'TO' 'DO'
CONDITION = re.compile(r'\b(when|until|once|after|if|as soon as)\b')

CODE = ('.c', '.h')
WRAPPED = ('.c', '.h', '.py', '.js', '.vala', '.build', '.sh', '.metadata')


def blank(text):
    return re.sub(r'[^\n]', ' ', text)


def strip_code(text):
    """C without comments, and with the contents of literals blanked; every line keeps its place."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def replace(match):
        token = match.group()
        return token[0] + blank(token[1:-1]) + token[0] if token[0] in '"\'' else blank(token)

    return pattern.sub(replace, text)


def strip_preprocessor(code):
    """@code without directives, so that braces in macros count for nothing."""
    return re.sub(r'^[ \t]*#(?:\\\n|[^\n])*', lambda m: blank(m.group()), code, flags=re.M)


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


class Tree:
    def __init__(self, root):
        self.root = root
        self.faults = []
        self.notes = []

    def fault(self, rule, path, line, what):
        text = self.texts.get(path, '').split('\n')
        shown = text[line - 1] if 0 < line <= len(text) else ''
        if not any(r == rule and p == path and re.search(pattern, shown) for r, p, pattern, _ in ALLOWED):
            self.faults.append((path, line, rule, what))

    def read(self):
        self.texts = {}
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if (not f.startswith('.') or f == '.ci') and f != '__pycache__'
                                and not os.path.exists(os.path.join(folder, f, 'build.ninja')))
            for name in sorted(files):
                path = os.path.join(folder, name)
                with open(path, 'rb') as file:
                    data = file.read()
                if b'\0' not in data and name != 'COPYING':
                    self.texts[os.path.relpath(path, self.root)] = data.decode('utf-8', 'replace')

    def check(self):
        self.read()
        for path, text in self.texts.items():
            check_words(self, path, text)
            if path.endswith(WRAPPED):
                check_columns(self, path, text)
            if not path.endswith(CODE):
                continue
            if not text.startswith(SPDX + '\n'):
                self.fault('spdx', path, 1, 'the first line is not "%s"' % SPDX)
            check_length(self, path, text)
            if is_shipped(path):
                code = strip_code(text)
                check_includes(self, path, text, code)
                check_dependencies(self, path, code)
                check_banned(self, path, code)
                check_comparisons(self, path, code)
                check_functions(self, path, code)
        self.faults.sort()


def parts_of(path):
    return path.split(os.sep)


def is_shipped(path):
    return parts_of(path)[0] in ('minipay', 'plugins')


def home_of(path):
    """The folder below minipay/, '' for its own files, None for a plugin."""
    parts = parts_of(path)
    if parts[0] != 'minipay':
        return None
    return parts[1] if len(parts) > 2 else ''


def is_installed_header(path):
    home = home_of(path)
    return (home is not None and path.endswith('.h') and not path.endswith('-private.h') and
            home not in ('cli', 'sandbox'))


def check_words(tree, path, text):
    for number, line in enumerate(text.split('\n'), 1):
        for pattern in WORKPLACE:
            if pattern.search(line):
                tree.fault('workplace', path, number, 'names the place where it was written')
        if re.search(r'\b%s\b' % OPEN_END, line) and not CONDITION.search(line):
            tree.fault('open-end', path, number, 'does not say what ends it')


def check_columns(tree, path, text):
    for number, line in enumerate(text.split('\n'), 1):
        if len(line) > MAX_COLUMNS:
            tree.fault('columns', path, number, 'has %d columns, allowed are %d' % (len(line), MAX_COLUMNS))


def check_length(tree, path, text):
    lines = text.count('\n')
    if lines <= MAX_FILE_LINES:
        return
    what = 'has %d lines, allowed are %d' % (lines, MAX_FILE_LINES)
    if is_shipped(path):
        tree.fault('file-length', path, lines, what)
    else:
        tree.notes.append('%s: %s in shipped code' % (path, what))


def includes_of(text, code):
    """Line and name of each #include; names are read from @text, because literals are blank in @code."""
    lines = text.split('\n')
    for number, line in enumerate(code.split('\n'), 1):
        if re.match(r'\s*#\s*include\b', line):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)', lines[number - 1])
            if match:
                yield number, match.group(2)


def check_includes(tree, path, text, code):
    home = home_of(path)
    folder = os.path.dirname(path)
    for number, name in includes_of(text, code):
        first = name.split('/')[0]
        is_beside = '/' not in name and os.path.join(folder, name) in tree.texts
        what = None
        if home is None:
            common = os.path.join('plugins', 'wechat-common', name)
            is_ours = first in ARROWS or name in UMBRELLAS or name == 'config.h' or '..' in name
            is_ours = is_ours or ('/' not in name and name.startswith('minipay') and not is_beside)
            is_neighbour = any(p.startswith('plugins' + os.sep) and os.path.basename(p) == name
                               for p in tree.texts) and not is_beside and common not in tree.texts
            if (is_ours and name != 'minipay-plugin.h') or is_neighbour:
                what = 'a plugin includes minipay-plugin.h, wechat-common and its own'
        elif '..' in name.split('/'):
            what = 'goes up'
        elif name in UMBRELLAS:
            if home != '' and home not in UMBRELLAS[name]:
                what = 'an umbrella is for those outside'
        elif home == '':
            if path.endswith('.c'):
                what = 'minipay/ itself has headers only'
        elif home in ARROWS and first in ARROWS and '/' in name and first != home and first not in ARROWS[home]:
            what = 'an arrow from %s to %s' % (home, first)
        if what:
            tree.fault('arrow', path, number, 'includes "%s": %s' % (name, what))
        for dependency, (header, _, homes) in DEPENDENCIES.items():
            if re.match(header, name) and (home not in homes or is_installed_header(path)):
                tree.fault('dependency', path, number, 'includes %s, whose homes are %s, in no installed header'
                           % (dependency, ', '.join(sorted(homes))))


def check_dependencies(tree, path, code):
    home = home_of(path)
    code = re.sub(r'^[ \t]*#[ \t]*include[^\n]*', lambda m: blank(m.group()), code, flags=re.M)
    for dependency, (_, names, homes) in DEPENDENCIES.items():
        if home in homes and not is_installed_header(path):
            continue
        for match in re.finditer(names, code):
            tree.fault('dependency', path, line_of(code, match.start()), 'says %s, which is %s and lives in %s'
                       % (match.group(), dependency, ', '.join(sorted(homes))))


def check_banned(tree, path, code):
    for rule, pattern, homes, why in BANNED:
        if home_of(path) in homes:
            continue
        for match in re.finditer(pattern, code):
            # a declaration such as G_GNUC_PRINTF or a member called random is no call
            before = code[:match.start()].rstrip()
            if before.endswith(('->', '.')):
                continue
            tree.fault(rule, path, line_of(code, match.start()), '%s: %s' % (match.group().rstrip(' ('), why))


def argument_spans(code, opening):
    """Where the arguments between the parenthesis at @opening and its counterpart begin and end."""
    depth, start, found = 0, opening + 1, []
    for i in range(opening, len(code)):
        c = code[i]
        if c in '([{':
            depth += 1
        elif c in ')]}':
            depth -= 1
            if depth == 0:
                return found + [(start, i)]
        elif c == ',' and depth == 1:
            found.append((start, i))
            start = i + 1
    return found


def arguments_at(code, opening):
    return [code[start:end].strip() for start, end in argument_spans(code, opening)]


def is_secret(argument):
    """Whether the value that @argument names smells of a secret: the last name of its path tells."""
    argument = re.sub(r'\s*[\[(].*', '', argument, flags=re.S)
    names = re.findall(r'[A-Za-z_]\w*', argument)
    if not names:
        return False
    words = [w.lower() for w in re.findall(r'[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])', names[-1])]
    return bool(SECRET_WORDS & set(words)) and words[-1] not in PUBLIC_ENDINGS


def check_comparisons(tree, path, code):
    for match in re.finditer(r'\b(%s)\s*(\()' % '|'.join(COMPARERS), code):
        arguments = arguments_at(code, match.start(2))
        # who compares with a literal looks for a public word
        if any(a.startswith(('"', "'")) or a == 'NULL' for a in arguments[:2]):
            continue
        for argument in arguments[:2]:
            if is_secret(argument):
                tree.fault('comparison', path, line_of(code, match.start()),
                           '%s (%s): time tells how much was right' % (match.group(1), argument))
                break


def check_functions(tree, path, code):
    """A function is a block on the outermost level that follows a parenthesis."""
    code = strip_preprocessor(code)
    depth, start, is_function = 0, 0, False
    for match in re.finditer(r'[{}]', code):
        if match.group() == '{':
            if depth == 0:
                start = match.start()
                before = re.sub(r'\s+(G_GNUC_\w+|__attribute__)\s*$', '', code[:start]).rstrip()
                is_function = before.endswith(')')
            depth += 1
        elif depth > 0:
            depth -= 1
            lines = line_of(code, match.start()) - line_of(code, start) - 1
            if depth == 0 and is_function and lines > MAX_FUNCTION_LINES:
                tree.fault('function-length', path, line_of(code, start),
                           'a function of %d lines, allowed are %d' % (lines, MAX_FUNCTION_LINES))


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: lint.py ROOT')
    tree = Tree(sys.argv[1])
    tree.check()
    if not any(is_shipped(p) for p in tree.texts):
        sys.exit('lint.py: %s holds no minipay/ and no plugins/' % sys.argv[1])
    for note in tree.notes:
        print('note: ' + note, file=sys.stderr)
    for path, line, rule, what in tree.faults:
        print('%s:%d: %s: %s' % (path, line, rule, what))
    sys.exit(1 if tree.faults else 0)


if __name__ == '__main__':
    main()
