git add --all
GIT_AUTHOR_NAME='Ana password=hunter2hunter' git commit --quiet --message 'Deploys with token=9f8e7d6c5b, GOV-7' --message 'body'
