"""How the space of deleted manifests comes back: that is each server's own business. Pure."""

from typing import Final

# Never --delete-untagged for distribution 2.8: it takes the platforms of multi-arch images, which
# have no tags of their own.
_DISTRIBUTION: Final = (
    "Only the registry's own garbage collection frees space: stop pushes to it, then run "
    "'registry garbage-collect /etc/docker/registry/config.yml' (distribution 3: "
    "/etc/distribution/config.yml) in its container, and restart it"
)
_ADVICE: Final = {
    "distribution": _DISTRIBUTION,
    "gitlab": "Only garbage collection frees space: 'gitlab-ctl registry-garbage-collect' on the "
    "GitLab server; GitLab.com does it by itself",
    "harbor": "Only garbage collection frees space: in Harbor, Administration, Clean Up, Garbage "
    "Collection, GC Now",
    "zot": "zot frees the space by itself where storage.gc is true, after gcDelay",
    "quay": "Quay frees the space by itself, once its time machine no longer keeps the tags",
    "olareg": "olareg frees the space by itself: see its --storage-gc options",
    "ecr": "Amazon ECR frees the space by itself",
    "nexus": "Only Nexus's tasks free space: 'Docker - Delete unused manifests and images', then "
    "'Admin - Compact blob store'",
    "artifactory": "Only Artifactory's garbage collection frees space: it runs by its schedule",
}


def describe_garbage_collection(server: str | None) -> str | None:
    """Return what frees the space on this server (`recognise_server`'s name), None if unknown."""
    return _ADVICE.get(server or "")
