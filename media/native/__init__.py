"""Code over native libraries (Pillow, PyAV, PDFium) that parse foreign bytes.

Only ever run in a child process: `media.children` starts `python -m media.native`. Functions take
and return JSON values, and raise `core.errors.Invalid` for what is wrong with a file.
"""
