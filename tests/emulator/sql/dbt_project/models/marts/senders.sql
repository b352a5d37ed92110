{{ config(contract={'enforced': true}, grants={'select': ['analysts']}) }}
select
    s.sender_id, s.sender_name, count(p.parcel_id) as parcels, cast(coalesce(sum(p.weight), 0) as decimal(18,2)) as weight
from {{ ref('stg_senders') }} as s
left join {{ ref('parcels_merged') }} as p on s.sender_id = p.sender_id
group by all
