#!/bin/sh
# Makes the fonts of this folder again, byte for byte:  sh subset.sh FOLDER
# FOLDER holds NotoSans-Regular.ttf and NotoSans-Bold.ttf of Debian's fonts-noto-core 20201225-1
# (/usr/share/fonts/truetype/noto); pyftsubset comes with fonttools 4.68.0.
# What stays: Latin, every Vietnamese letter (precomposed, and the marks by themselves), punctuation, ₫.
set -eu
here=$(dirname "$0")
for weight in Regular Bold; do
  pyftsubset "$1/NotoSans-$weight.ttf" --output-file="$here/NotoSans-$weight.ttf" \
    --unicodes=20-7E,A0-FF,102-103,110-111,128-129,168-169,1A0-1A1,1AF-1B0,300-301,303,309,323,1EA0-1EF9,2010-2015,2018-201D,2022,2026,20AB \
    --layout-features= --no-hinting --name-IDs=0,1,2,3,4,5,6,7,8,9,11,13,14
done
