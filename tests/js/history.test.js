import assert from "node:assert/strict";
import { test } from "node:test";

import { parseStep } from "../../site_templates/assets/js/manifest/history.js";

const cases = [
  ["a classic step that ran nothing", '/bin/sh -c #(nop)  CMD ["/bin/sh"]', "CMD", ['["/bin/sh"]']],
  ["a classic ADD", "/bin/sh -c #(nop) ADD file:3b4a in / ", "ADD", ["file:3b4a in /"]],
  ["a classic command", "/bin/sh -c apk add curl", "RUN", ["apk add curl"]],
  ["BuildKit's RUN", "RUN /bin/sh -c apk add curl # buildkit", "RUN", ["apk add curl"]],
  ["BuildKit's COPY", "COPY a b # buildkit", "COPY", ["a b"]],
  ["build arguments", "RUN |2 A=1 B=x y /bin/sh -c make # buildkit", "RUN", ["make"]],
  ["classic build arguments", "|1 A=1 /bin/sh -c make", "RUN", ["make"]],
  ["a chain", "/bin/sh -c a   && b \t&& c", "RUN", ["a", "&& b", "&& c"]],
  ["a here-document", "RUN /bin/sh -c <<EOF\n  a\n\n  b\nEOF # buildkit", "RUN", ["<<EOF", "a", "b", "EOF"]],
  ["Windows", "cmd /S /C #(nop)  ENV A=b", "ENV", ["A=b"]],
  ["PowerShell", "powershell -Command Get-Item x", "RUN", ["Get-Item x"]],
  ["a comment of debootstrap", "# debian.sh --arch 'amd64' out/", "", ["# debian.sh --arch 'amd64' out/"]],
  ["another builder", "bazel build //app:image", "", ["bazel build //app:image"]],
  ["BuildKit's ports", "EXPOSE map[53/udp:{} 80/tcp:{}]", "EXPOSE", ["53/udp 80/tcp"]],
  ["classic ports", "/bin/sh -c #(nop)  EXPOSE 80", "EXPOSE", ["80"]],
  ["nothing", "", "", [""]],
];

for (const [name, createdBy, word, lines] of cases)
  test(`history: ${name}`, () => assert.deepEqual(parseStep(createdBy), { word, lines }));
