select
    sender_id, sha2(sender_name, 256) as name_hash, dbt_valid_from as valid_from, dbt_valid_to is null as is_current,
    datediff(current_date(), cast(dbt_valid_from as date)) as age
from {{ ref('senders_checked') }}
