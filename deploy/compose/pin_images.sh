#!/usr/bin/env bash
# Writes the file .env beside compose.yml: its images by the digests that their registries tell now.  Commit it, and an image
# that is replaced behind its tag is noticed.  The tags in compose.yml say what is asked for.
#
# Usage: deploy/compose/pin_images.sh     needs skopeo, or docker with buildx, and the registries
set -euo pipefail
cd "$(dirname "$0")"

digest_of() {  # IMAGE
  if command -v skopeo >/dev/null; then
    skopeo inspect --no-tags --format '{{.Digest}}' "docker://$1"
  else
    docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$1"
  fi
}

made=$(mktemp)
trap 'rm -f "$made"' EXIT
# Of every ${NAME_IMAGE:-registry/repository:tag}.
while IFS=$'\t' read -r name image; do
  digest=$(digest_of "$image")
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "No digest of $image: $digest" >&2; exit 1; }
  echo "$name=${image%:*}@$digest"
done < <(sed -n 's/.*\${\([A-Z]*_IMAGE\):-\([^}]*\)}.*/\1\t\2/p' compose.yml | sort -u) >"$made"
# A base without its digest would be the tag's again.
[ -s "$made" ] || { echo "compose.yml names no image" >&2; exit 1; }
install -m 0644 "$made" .env
cat .env
