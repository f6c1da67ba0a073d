"""What the variables of the overview select, as matchers of queries."""

SCRAPED = 'job=~"$job",instance=~"$instance"'
TARGET = SCRAPED + ',target=~"$target"'
CLOUD = TARGET + ',cloud=~"$cloud"'
DOMAIN = CLOUD + ',domain_id=~"$domain"'
TROUBLED = CLOUD + ',domain_id=~"$troubled"'
# Requests for a token, and faults of a login, belong to no family.
CLOUD_OR_LOGIN = TARGET + ',cloud=~"$cloud|"'
ALERTS = 'job=~"$job|",target=~"$target|",cloud=~"$cloud|",domain_id=~"$domain|"'
