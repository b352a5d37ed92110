{{ config(event_time='sent_on') }}
select parcel_id, sender_id, sent_on, state, weight, fragile
from {{ ref('raw_parcels') }}
{% if var('later', false) %}
union all
select 7, 14, date'2024-03-11', 'sent', 2.00, true
{% endif %}
