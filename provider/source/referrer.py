"""Which signatures a manifest carries, and over what: every form that nv2 and the Notary Project have stored them in.

    subject      an image or artifact manifest whose `subject` is the signed manifest (OCI 1.1)
    index        an OCI index whose `config` is the signature and whose `manifests` are what it signs (nv2)
    bare         an image manifest whose config is the signature; the signature itself names what it is over (nv2)

What a form names is a hint for finding the signature. What was signed is decided when it is verified.
"""

from collections.abc import Callable

from provider import envelopes
from provider.errors import Rejected
from provider.oci import Descriptor, Manifest, signature_blobs


def signed_manifests(manifest: Manifest, read: Callable[[Descriptor], bytes]) -> dict[str, tuple[Descriptor, ...]]:
    """The digests of the manifests that this one carries signatures over, each with the signatures' blobs.

    `read` gives the bytes of a blob; it is called for the bare form alone, and what it raises is let through.
    """
    if manifest.subject:
        blobs = signature_blobs(manifest, envelopes.media_types())
        return {manifest.subject.digest: blobs} if blobs else {}
    config = manifest.config
    if config is None or config.media_type not in envelopes.media_types():
        return {}
    if manifest.manifests:
        return {one.digest: (config,) for one in manifest.manifests}
    try:
        data = read(config)
        return {envelopes.recognise(data, config.media_type).parse(data).statement.digest: (config,)}
    except Rejected:
        return {}
