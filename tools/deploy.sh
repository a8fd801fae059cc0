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

sh tools/osls.sh node_modules/.bin/osls deploy --stage "$stage" --region "$region"
reglite build --out build/site
bucket=$(read_output SiteBucket)

# Assets first and old ones last, so that no page names what is not there.
aws s3 sync build/site/assets "s3://$bucket/assets" --only-show-errors \
    --cache-control "public, max-age=31536000, immutable"
aws s3 sync build/site "s3://$bucket" --only-show-errors --exclude "assets/*" \
    --cache-control "no-cache"
aws s3 sync build/site "s3://$bucket" --only-show-errors --delete --size-only
aws cloudfront create-invalidation --distribution-id "$(read_output DistributionId)" \
    --paths "/*" >/dev/null
echo "RegLite is at $(read_output Address)"
