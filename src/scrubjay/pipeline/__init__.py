"""What happens to a file from its arrival to the partner's acknowledgment (docs/pipeline.md).

::

    intake      a file arrives: sealed, written down once
    parse       its interchanges and sets are written down, duplicates are told
    scrub       the engine judges it; claims go on in batches, by partner
    assemble    batches become an interchange that is to be sent: the intent
    send        it is sent, or found to have been sent
    collect     what a partner has for us is fetched
    acknowledge what it says is matched with what was sent
    relay       files go back to the submitter

`runner` says how much of it happens at once; `work` joins what every stage has at hand.
"""
