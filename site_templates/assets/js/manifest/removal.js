/** Deletes the manifest that the page shows; fetched with the dialog. */
import { link } from "../lib/url.js";
import { openDeletion } from "../deletion/dialog.js";

/** Asks, deletes, and goes back to the tags; what fails is said in `failures`. */
export const remove = ({ registry, repository, tag }, entry, digest, failures) => openDeletion({
  where: { registry, repository }, registry: entry, failures,
  targets: [{ tag: tag || null, digest }],
  onState: () => {},
  onGone: () => location.assign(link("tags.html", { registry, repository })),
});
