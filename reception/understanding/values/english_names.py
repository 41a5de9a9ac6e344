"""English names of titles, specialties and kinds of appointment, with what else they are called."""

from __future__ import annotations

from reception.understanding.values.language import groups, table, words

TITLES = frozenset(
    words("dr doctor doc drs mr mister mrs missus ms miss nurse prof professor sister md np pa")
)
PARTICLES = frozenset(
    words("van von der den de la le du da di del della dos das ter ten zu af al bin ibn el y")
)
ANYONE = frozenset(
    words(
        "any anyone anybody either whoever whichever whomever someone somebody usual same other another "
        "different no preference regular my own new first available next"
    )
)

# The left-out words of an appointment type: they name no particular one.
TYPE_NOISE = frozenset(
    words(
        "appointment appointments appt visit visits session slot booking a an the my for some please to "
        "get have do need of with on i want and one done book me quick just regular "
        "normal routine his her their our"
    )
)
TYPE_PHRASES = table("""
    checkup = check up | check ups | check - up
    followup = follow up | follow - up | follow ups
    xray = x ray | x - ray | x rays
    bloodwork = blood work
    labwork = lab work
    wellchild = well child | well - child
    wellwoman = well woman | well - woman
    recheck = re check
    nothing = -
""")
TYPE_SYNONYMS = groups("""
    vaccination | vaccine | vaccinations | immunization | immunisation | flu shot | flu jab | shot | jab
        | booster | covid shot | covid booster | flu vaccine | tetanus shot | shingles shot
        | tetanus booster | travel vaccine | jabs | shots | inoculation | mmr | hpv vaccine | vaxx
    checkup | physical | annual checkup | annual exam | annual physical | yearly physical | wellness visit
        | physical exam | health check | annual | yearly | general checkup | wellness exam | well visit
        | medical | wellness | preventive visit | annual wellness visit | health screening | yearly exam
    blood test | bloodwork | labwork | blood draw | blood tests | labs | lab test | bloods
        | fasting bloods | fasting labs | blood sample | blood panel | lab tests
    skin check | mole check | skin screening | skin exam | skin cancer check | skin cancer screening
        | mole screening | full body skin check | mole exam | skin examination | mole mapping
        | full body skin exam | moles checked
    new patient | new patient visit | first visit | register | registration | initial visit
        | new patient appointment | initial consultation | first appointment | intake | first time visit
        | new patient exam
    consultation | consult | see the doctor | office visit | doctor appointment | doctors appointment
        | gp appointment | general consultation | standard appointment | talk to the doctor
        | regular appointment | sick visit | see a doctor | consulting
    followup | recheck | review | followup visit | followup consultation | return visit
        | followup appointment | review appointment
    cleaning | dental cleaning | teeth cleaning | hygienist | scale and polish | teeth cleaned
        | hygiene appointment | dental hygiene
    filling | cavity filling | fillings
    xray | radiograph
    pap smear | smear test | cervical smear | cervical screening | pap | smear | pap test
    telehealth | video visit | video call | video consultation | virtual visit | phone appointment
        | telemedicine | online appointment | telephone consultation
    wellchild | wellchild visit | baby check | child checkup | pediatric checkup | paediatric checkup
        | kids checkup
    medication review | med check | medicine review | prescription review
    ecg | ekg | electrocardiogram | heart tracing
    eye exam | eye test | vision test | sight test
    hearing test | audiogram | hearing check
    blood pressure check | bp check | blood pressure
    ultrasound | sonogram | scan
    physio | physiotherapy | physical therapy
    stitches removal | suture removal | stitches out | stitches removed | removal of stitches
    dressing change | wound care | wound check
""")

# Each line: the specialty, those who practise it, and what patients call them.
SPECIALTIES = groups("""
    general practice | general practitioner | gp | family doctor | family medicine | family practice
        | family physician | primary care | primary care physician | pcp | general medicine
        | regular doctor | house doctor | hausarzt | internist | internal medicine | general doctor
        | primary care doctor | primary doctor | family practitioner
    dermatology | dermatologist | skin doctor | skin specialist | derm | skin
    cardiology | cardiologist | heart doctor | heart specialist | heart
    orthopedics | orthopaedics | orthopedist | orthopaedist | orthopedic surgeon | orthopaedic surgeon
        | bone doctor | bone specialist | orthopedic | orthopaedic | ortho | joint doctor
        | joint specialist | knee specialist | back specialist | back doctor | knee doctor | bone
    gynecology | gynaecology | gynecologist | gynaecologist | obgyn | ob gyn | obstetrics | obstetrician
        | gyno | womens health | womens doctor | women doctor | gyn | lady doctor
    pediatrics | paediatrics | pediatrician | paediatrician | childrens doctor | child doctor
        | kids doctor | kid doctor | baby doctor | children doctor
    ophthalmology | ophthalmologist | eye doctor | eye specialist | optometry | optometrist | optician | eye
    ent | ear nose and throat | otolaryngology | otolaryngologist | ear doctor | throat doctor
        | ent doctor | ent specialist | ear nose throat | ear nose and throat doctor
        | ear nose and throat specialist | nose doctor
    neurology | neurologist | nerve doctor | brain doctor | headache specialist | nerve specialist
        | brain specialist
    psychiatry | psychiatrist | mental health | mental health doctor
    psychology | psychologist | therapist | counselor | counsellor | psychotherapy | psychotherapist
        | counselling | counseling
    dentistry | dentist | dental | tooth doctor | teeth doctor | dental surgeon
    orthodontics | orthodontist | braces doctor
    urology | urologist | bladder doctor | kidney and bladder doctor | prostate doctor
    gastroenterology | gastroenterologist | stomach doctor | gi doctor | gut doctor | gut specialist
        | gastro | gi specialist | stomach specialist | digestive specialist
    endocrinology | endocrinologist | diabetes doctor | hormone doctor | thyroid doctor
        | diabetes specialist | thyroid specialist | hormone specialist
    rheumatology | rheumatologist | arthritis doctor | arthritis specialist
    pulmonology | pulmonologist | lung doctor | respiratory | respiratory specialist | respirologist
        | chest doctor | lung specialist | chest physician | pneumologist
    oncology | oncologist | cancer doctor | cancer specialist
    nephrology | nephrologist | kidney doctor | kidney specialist
    allergy | allergist | allergology | allergy doctor | allergy specialist | immunology | immunologist
        | allergologist
    physiotherapy | physiotherapist | physical therapist | physio | physical therapy
    podiatry | podiatrist | foot doctor | foot specialist | chiropodist
    surgery | surgeon | general surgery | general surgeon
    hematology | haematology | hematologist | haematologist | blood doctor
    nutrition | nutritionist | dietitian | dietician | dietetics
    radiology | radiologist
    geriatrics | geriatrician
    sports medicine | sports doctor | sports physician
    vascular medicine | vascular surgeon | vascular surgery | vein doctor | vein specialist
    infectious diseases | infectious disease | infectious disease specialist
    speech therapy | speech therapist | speech pathology
    midwifery | midwife
    nursing | nurse | nurse practitioner | practice nurse
    chiropractic | chiropractor
""")
