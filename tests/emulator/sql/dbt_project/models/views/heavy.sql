{{ config(materialized='view', view_update_via_alter=true, tblproperties={'k': var('later', false) | string}) }}
select parcel_id, weight from {{ ref('parcels_merged') }} where weight > {{ 5 if var('later', false) else 3 }}
