# SPDX-License-Identifier: Apache-2.0
"""Certificates for one test, made by openssl(1)."""

import os
import subprocess

DAYS = "30"


class Certificates:
    """Authorities and what they have signed, as PEM files in one folder."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments],
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def key(self, name, algorithm="rsa:2048"):
        if algorithm.startswith("rsa:"):
            options = ["-algorithm", "RSA"]
            options += ["-pkeyopt", "rsa_keygen_bits:" + algorithm[4:]]
        elif algorithm == "ed25519":
            options = ["-algorithm", "ED25519"]
        else:
            options = ["-algorithm", "EC"]
            options += ["-pkeyopt", "ec_paramgen_curve:" + algorithm]
        self.openssl("genpkey", *options, "-out", f"{name}.key")
        os.chmod(self.path(f"{name}.key"), 0o600)

    def authority(self, name, subject=None):
        self.key(name, "P-256")
        self.openssl(
            "req", "-new", "-x509", "-key", f"{name}.key", "-out", f"{name}.crt",
            "-days", DAYS, "-subj", subject or f"/CN={name}",
        )

    def signed(self, name, by, subject, *extensions, algorithm="P-256",
               digest="sha256", days=DAYS):
        """A certificate `name`.crt with its key, which `by` has signed."""
        self.key(name, algorithm)
        self.openssl("req", "-new", "-key", f"{name}.key", "-out", f"{name}.csr",
                     "-utf8", "-subj", subject)
        with open(self.path(f"{name}.ext"), "w") as file:
            file.write("\n".join(extensions) + "\n")
        self.openssl(
            "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt",
            "-CA", f"{by}.crt", "-CAkey", f"{by}.key", "-CAcreateserial",
            "-days", days, f"-{digest}", "-extfile", f"{name}.ext",
        )

    def server(self, name, by, host="localhost", **options):
        self.signed(name, by, f"/CN={host}",
                    f"subjectAltName=DNS:{host},IP:127.0.0.1", **options)

    def serial(self, name):
        text = subprocess.check_output(
            ["openssl", "x509", "-in", self.path(f"{name}.crt"), "-noout",
             "-serial"], text=True)
        return int(text.split("=")[1], 16)

    def revoke(self, name, by):
        """A list by.crl of what `by` has revoked: this one."""
        with open(self.path("ca.conf"), "w") as file:
            file.write("[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\n"
                       "default_md=sha256\ndefault_crl_days=30\n")
        with open(self.path("index.txt"), "w"):
            pass
        signer = ("-keyfile", f"{by}.key", "-cert", f"{by}.crt")
        self.openssl("ca", "-config", "ca.conf", *signer, "-revoke", f"{name}.crt")
        self.openssl("ca", "-config", "ca.conf", *signer, "-gencrl",
                     "-out", f"{by}.crl")
