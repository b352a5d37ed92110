with ranked as (
    select
        cast(sender_id as bigint) as sender_id,
        initcap(trim(sender_name)) as sender_name,
        lower(mail) as mail,
        nullif(upper(city), '') as city,
        to_timestamp(changed_at) as changed_at,
        row_number() over (partition by sender_id order by changed_at desc) as place
    from {{ ref('raw_senders') }}
)
select * except (place), split(mail, '@')[1] as mail_domain, nvl(city, 'n/a') as city_shown
from ranked
where place = 1
