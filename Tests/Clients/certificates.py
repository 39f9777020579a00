"""Certificates for upstreams that speak TLS, each its own authority."""

import ssl
import subprocess


def certificate(directory, names="DNS:localhost,IP:127.0.0.1,IP:::1"):
    """(a server's context, the file with which clients know it)."""
    key, file = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=upstream", "-addext", f"subjectAltName={names}", "-keyout", key, "-out", file],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context, file
