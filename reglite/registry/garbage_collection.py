"""How the space of deleted manifests comes back: that is each server's own business. Pure."""

from typing import Final

# Never --delete-untagged for distribution 2.8: it takes the platforms of multi-arch images, which
# have no tags of their own.
_ADVICE: Final = {
    "distribution": "Space comes back with the registry's own garbage collection: stop pushes, run "
    "`registry garbage-collect /etc/docker/registry/config.yml` in its container (distribution 3: "
    "/etc/distribution/config.yml), and restart it",
    "gitlab": "Space comes back with GitLab's garbage collection: "
    "`gitlab-ctl registry-garbage-collect` on its server",
    "harbor": "Space comes back with Harbor's garbage collection: Administration, Clean Up, "
    "Garbage Collection, GC Now",
    "zot": "Space comes back with zot's garbage collection, which runs by itself where storage.gc "
    "is true, after gcDelay",
    "quay": "Space comes back with Quay's garbage collection, which runs by itself once the time "
    "machine no longer keeps the tags",
    "olareg": "Space comes back with olareg's garbage collection, which runs by itself",
    "ecr": "Space comes back by itself: Amazon ECR needs no garbage collection",
    "nexus": "Space comes back with Nexus's garbage collection: run its task 'Docker - Delete "
    "unused manifests and images', then 'Admin - Compact blob store'",
    "artifactory": "Space comes back with Artifactory's garbage collection, which runs on its "
    "schedule",
}


def describe_garbage_collection(server: str | None) -> str | None:
    """Return what frees the space on this server (`recognise_server`'s name), None if unknown."""
    return _ADVICE.get(server or "")
