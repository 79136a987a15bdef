mkdir teams
ln -s /etc/hostname teams/hostname.yaml
ln -s ../../elsewhere teams/elsewhere
