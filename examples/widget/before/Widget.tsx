import { useId, useMemo, useState } from 'react'
import type { Offer, WidgetConfig } from '../shared/types'
import { createApi } from './services/widgetApi'

export function Widget({ config }: { config: WidgetConfig }) {
  const { question, offers, sessionId, apiUrl } = config
  const api = useMemo(() => createApi(apiUrl), [apiUrl])
  const [chosen, setChosen] = useState<Offer | null>(null)
  const heading = useId()

  const handleClick = (offer: Offer) => {
    setChosen(offer)
    api
      .trackClick({
        id: crypto.randomUUID(),
        sessionId,
        questionId: question.id,
        offerId: offer.id,
        buttonVariantId: offer.button.id,
        timestamp: Date.now(),
        userAgent: navigator.userAgent,
      })
      .catch((error: unknown) => console.warn('click not tracked', error))
  }

  return (
    <section className="widget" aria-labelledby={heading}>
      <h2 className="question" id={heading}>
        {question.text}
      </h2>
      {question.hint && <p className="hint">{question.hint}</p>}
      <ul className="offers">
        {offers.map((offer) => (
          <OfferCard
            key={offer.id}
            offer={offer}
            isChosen={offer === chosen}
            linkTarget={config.linkTarget}
            onClick={() => handleClick(offer)}
          />
        ))}
      </ul>
      <p className="status" role="status">
        {chosen && `Thank you. You chose ${chosen.title}.`}
      </p>
    </section>
  )
}

interface OfferCardProps {
  offer: Offer
  isChosen: boolean
  linkTarget: WidgetConfig['linkTarget']
  onClick(): void
}

function OfferCard({ offer, isChosen, linkTarget, onClick }: OfferCardProps) {
  const { title, text, badge, href, button } = offer
  const titleId = useId()
  const buttonId = useId()
  const shared = {
    id: buttonId,
    className: `button ${button.look}`,
    // Read as "Try it free, Cinema Plus": three buttons may all say the same.
    'aria-labelledby': `${buttonId} ${titleId}`,
    onClick,
  }
  return (
    <li className={isChosen ? 'offer chosen' : 'offer'}>
      {badge && <span className="badge">{badge}</span>}
      <h3 className="title" id={titleId}>
        {title}
      </h3>
      <p className="text">{text}</p>
      {href ? (
        <a {...shared} href={href} target={linkTarget} rel={linkTarget === '_blank' ? 'noopener' : undefined}>
          {button.label}
        </a>
      ) : (
        <button {...shared} type="button" aria-pressed={isChosen}>
          {button.label}
        </button>
      )}
    </li>
  )
}
