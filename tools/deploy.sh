#!/bin/sh
# Deploys what `make package` made: the functions through osls, then the pages into their bucket.
# Needs the AWS CLI and credentials. AWS_REGION and STAGE choose where.
set -eu
stage=${STAGE:-production}
region=${AWS_REGION:-eu-central-1}
export AWS_REGION="$region"

read_output() {
    aws cloudformation describe-stacks --stack-name "reglite-$stage" \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text
}

# Our pages are where a build puts them, and run our scripts from the assets beside them. Those of
# another site in the bucket, or somebody's own that only links here, are not ours.
list_pages() {
    (
        cd "$1"
        grep -lE 'src="assets/[0-9a-f]{12}/js/' ./*.html || :
        grep -lE 'src="\.\./assets/[0-9a-f]{12}/js/' ./??/*.html || :
    ) 2>/dev/null | sed 's#^\./##' | grep -xE '([a-z]{2}/)?[a-z0-9-]+\.html'
}
# The folders of assets that they name.
list_assets() {
    list_pages "$1" | (cd "$1" && xargs grep -hoE 'assets/[0-9a-f]{12}/' /dev/null) | sort -u
}

sh tools/osls.sh node_modules/.bin/osls deploy --stage "$stage" --region "$region"
bucket=$(read_output SiteBucket)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Into a fresh folder: what anybody put into another one is not published. The record stays here.
site=$work/site before=$work/before
reglite build --out "$site"
mkdir "$before"
aws s3 sync "s3://$bucket" "$before" --only-show-errors --exclude "*" --include "*.html"

# Assets first and old ones last, so that no page names what is not there.
aws s3 sync "$site/assets" "s3://$bucket/assets" --only-show-errors \
    --cache-control "public, max-age=31536000, immutable"
aws s3 sync "$site" "s3://$bucket" --only-show-errors --exclude "assets/*" --exclude ".*" \
    --cache-control "no-cache"
aws s3 rm "s3://$bucket/.reglite-site" --only-show-errors # once it was uploaded

list_pages "$before" | while IFS= read -r page; do
    [ -e "$site/$page" ] || aws s3 rm "s3://$bucket/$page" --only-show-errors
done
# A tab that is open asks for the assets of the page it shows: they stay until the next deployment
# that changes any.
{ list_assets "$site"; list_assets "$before"; } | sort -u >"$work/kept"
if [ "$(list_assets "$site")" != "$(cat "$work/kept")" ]; then
    aws s3 ls "s3://$bucket/assets/" | awk '$1 == "PRE" { print "assets/" $2 }' |
        grep -xE 'assets/[0-9a-f]{12}/' | grep -vxFf "$work/kept" | while read -r folder; do
        aws s3 rm "s3://$bucket/$folder" --recursive --only-show-errors
    done
fi
aws cloudfront create-invalidation --distribution-id "$(read_output DistributionId)" \
    --paths "/*" >/dev/null
echo "RegLite is at $(read_output Address)"
