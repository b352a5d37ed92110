select * from {{ ref('senders') }} where weight < 0
