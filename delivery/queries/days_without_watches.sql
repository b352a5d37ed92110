-- How many days ago the latest watch was. One row.
select datediff(current_date(), max(watched_on)) as days
from identifier(:catalog || '.gold.fct_watches')
