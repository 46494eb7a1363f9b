# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests whose bodies are one flat set of parameters, in JSON or as a form."""

from urllib.parse import parse_qsl

from strict_json import Refused, parse_object


def parse_params(body, kind):
    """The parameters of a body of the content type @kind."""
    if kind.startswith('application/json'):
        params = parse_object(body)
    elif kind.startswith('application/x-www-form-urlencoded'):
        try:
            pairs = parse_qsl(body.decode('ascii'), keep_blank_values=True, strict_parsing=True, errors='strict')
        except ValueError as error:
            raise Refused(str(error)) from None
        params = dict(pairs)
        if len(params) != len(pairs):
            raise Refused('a parameter stands twice')
    else:
        raise Refused(f'neither JSON nor a form: {kind}')
    for name, value in params.items():
        if value is not None and not isinstance(value, str):
            raise Refused(f'{name} is neither a text nor a number')
    return params
