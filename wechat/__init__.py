"""The gateway to WeChat's server APIs: calls with deadlines, the access token, typed errors.

The only package that talks to WeChat. What it raises tells what happened and never holds the
secret, a token, a code or an answer's text.
"""
