#!/bin/sh
# For `--vs`: the Pulumi CLI and the Databricks plugin that are on PATH, on the same program, with state in its folder.
set -e
export PULUMI_BACKEND_URL="file://$LAKESTEAD_BENCH_FOLDER/state" PULUMI_CONFIG_PASSPHRASE=x PULUMI_SKIP_UPDATE_CHECK=true
PATH="$(dirname "$LAKESTEAD_BENCH_PYTHON"):$PATH"
cd "$LAKESTEAD_BENCH_FOLDER"
pulumi stack select --create bench --non-interactive
case $LAKESTEAD_BENCH_PHASE in
deploy | again | change) set -- up --skip-preview ;;
preview) set -- preview ;;
drift) set -- refresh --preview-only ;;
destroy) set -- destroy --skip-preview ;;
esac
exec pulumi "$@" --non-interactive --suppress-outputs --stack bench
