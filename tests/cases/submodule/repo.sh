git add --all
git update-index --add --cacheinfo 160000,0123456789abcdef0123456789abcdef01234567,vendor/policies
git commit --quiet --message 'vendor the policies'
