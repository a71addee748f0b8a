"""What is no news is refused with its reason; news that looks a little like it is not."""

import pytest
from pydantic import ValidationError

from caibian.config import Genres
from caibian.loaders.clean.draft import Draft, count_chars
from caibian.loaders.clean.genre import refuse

NOVEL = """第十二章 夜谈
雨忽然停了。苏见山站在窗外，没有说话。
“你还是来了。”屋里的人低声说，声音像隔着一层纸。
他心里一沉，缓缓推开门，目光落在那只茶杯上。
“县里的人都说我疯了，”那人冷笑，“你也信？”
苏见山摇了摇头，叹了口气：“我只信那本账。”
“账？”那人愣了一下，忽然笑了，眼神却像刀子，“烧了。”"""
TEMPLATE = """尊敬的各位领导、同志们：
今天我们召开XX工作动员会，目的是统一思想、明确任务。刚才，×××同志作了部署，我都同意，下面，我讲三点意见。
一、提高认识，增强做好XX工作的自觉性。二、突出重点，确保××目标如期完成。三、加强领导，形成合力。
（本文仅供参考，请替换其中内容）"""
THREAD = """楼主：桥头的猫 发表于 2021-3-6 21:14
北门菜场的厕所又锁了，有没有人知道找谁？
2楼 老李头：顶！上个月就锁了，说是水管坏了。
3楼 阿巧：沙发没了。打12345试试，我打过。
4楼 桥头的猫：回复3楼：打了，让等。
5楼 管理员：本帖与主题无关的回复将删除。"""
LINKS = """· 青槐镇春茶开采
· 望川路改造工程下月动工
· [图] 老街的清晨
· 石埠镇举办农民篮球赛
· 第二批公租房摇号结果公示
· 县医院新门诊楼启用
上一页 1 2 3 下一页 共368条"""
DATED_LINKS = """枫杪镇：田间来了“土专家” 2022-09-14
湖滨街道开展换季消杀 2022-09-14
南岭乡筹备稻花鱼节 2022-09-13
赭石镇：小板栗卖出大价钱 2022-09-13
石埠镇：把戏台还给老百姓 2022-09-09"""
VIDEO = """视频加载中，请稍候
00:00 / 02:36 清晰度：高清 播放量：1.2万
您的浏览器不支持播放，请下载客户端
从空中看看收割前的梯田。"""
GENERATED = """随着社会的不断发展，人们对环境的要求越来越高。那么，保护环境有哪些意义呢？下面就让我们一起来了解一下吧。
首先，保护环境能够促进经济的发展。众所周知，二者相辅相成，缺一不可。其次，保护环境能够改善人们的生活。
在日常生活中，我们应该从小事做起。可以说，没有好的环境，就没有美好的未来。
总之，保护环境至关重要。只要我们共同努力，就一定能够实现目标。以上就是全部内容，希望对大家有所帮助。"""
ADVERT = """在车站旁边你一定见过这台机器，自从用上它，赵姐一个人就撑起了一家店。
厂家直销，免费上门培训，包教包会，终身售后。即日起前五十名加盟者，免加盟费，另赠调料二十袋。
名额有限，先到先得。全国统一咨询热线：400-000-1234，微信同号，现价仅需3980元。"""
ENGLISH = """The county lies at the bend of the river, two hours by rail from the provincial capital. With a population
of 460,000 and a long tradition of bamboo processing, it
offers investors a skilled workforce and a clean place to live."""
JAPANESE = (
    "この町では毎年秋になると、収穫を祝う祭りが行われます。今年も多くの人が集まり、にぎやかな一日となりました。" * 2
)
POST = (
    "今天天气不错，小伙伴们一起去爬山吧~~累成狗了哈哈哈，晒几张照片，山顶的云真好看，下次还来，求同行的举手，"
    "自带干粮和水，迟到的请客吃面，说好了不许赖账哦 http://example.cn/a @桥头的猫 转发(7) 评论(11)"
)

REFUSED = {
    "novel": ("第十二章 夜谈", NOVEL),
    "speech_template": ("在全县XX工作动员会上的讲话（范文）", TEMPLATE),
    "forum": ("北门菜场的厕所又锁了", THREAD),
    "link_list": ("镇街动态", LINKS),
    "video_stub": ("【视频】航拍梯田", VIDEO),
    "generated": ("保护环境的意义", GENERATED),
    "advert": ("那台机器一天能卖多少", ADVERT),
    "not_chinese": ("Invest here", ENGLISH),
}


def draft(title: str, text: str, *, page: bool = True, credited: bool = True) -> Draft:
    lines = text.split("\n")
    return Draft(title=title, paragraphs=lines, lines=lines, page=page, credited=credited)


def reason(title: str, text: str, *, page: bool = True, credited: bool = True, off: str | None = None) -> str | None:
    return refuse(
        draft(title, text, page=page, credited=credited),
        min_chars=60,
        genres=Genres.model_validate({off: None} if off else {}),
    )


@pytest.mark.parametrize("genre", REFUSED)
@pytest.mark.parametrize("page", [True, False])
def test_what_is_no_news_is_refused(genre: str, page: bool) -> None:
    assert reason(*REFUSED[genre], page=page) == genre


@pytest.mark.parametrize("genre", REFUSED)
def test_each_filter_can_be_turned_off(genre: str) -> None:
    assert reason(*REFUSED[genre], off=genre) != genre


def test_lists_with_dates_and_other_languages() -> None:
    assert reason("镇街动态", DATED_LINKS) == "link_list"
    assert reason("お祭り", JAPANESE) == "not_chinese"


def test_a_post_is_refused_on_a_page_without_title_or_byline_only() -> None:
    assert reason("", POST, credited=False) == "social_post"
    assert reason("", POST, credited=False, off="social_post") is None
    assert reason("景区周末迎客流高峰", POST, page=False, credited=False) is None


def test_a_page_without_text_has_no_article() -> None:
    assert reason("题目", "") == "no_article"
    assert reason("题目", "……") == "no_article"
    assert (
        reason("题目", "[查看原文](https://tv.example.com/2022/12/16/abcdefghijklmnopqrstuvwxyz0123456789.shtml)")
        == "no_article"
    )


@pytest.mark.parametrize(("page", "credited", "least"), [(True, False, 60), (True, True, 30), (False, False, 20)])
def test_what_is_too_short_depends_on_what_else_is_known(page: bool, credited: bool, least: int) -> None:
    assert reason("停水通知", "字" * (least - 1) + "。", page=page, credited=credited) == "too_short"
    assert reason("停水通知", "字" * least + "。", page=page, credited=credited) is None


def test_characters_are_han_letters_and_digits() -> None:
    assert count_chars("7月12日，GDP 增长 6.3%。 https://example.cn/a_b") == 12


NEWS = {
    "short notice": "因城区供水管网改造，定于7月14日8时至18时对望川路以东片区停水，请居民提前做好储水准备。"
    "咨询电话：0000-1234567。",
    "appointments": "云岫县人大常委会任命：\n沈砚秋为县教育局局长\n陆启明为县水务局局长\n柯远帆为县审计局局长\n"
    "卞少庭为县文旅局局长\n免去：\n石根生的县教育局局长职务\n庞如意的县水务局局长职务\n冉东来的县审计局局长职务",
    "statistics": "上半年主要指标\n地区生产总值 98.74亿元 增长6.3%\n规模以上工业增加值 增长7.1%\n"
    "固定资产投资 增长9.8%\n社会消费品零售总额 41.2亿元 增长5.5%\n城镇居民人均可支配收入 18235元 增长4.9%",
    "quotations": "“桥通了，心就通了。”艄公石根生说。\n“我撑了四十年船。”他笑了笑，“风大的时候，心里也怕。”\n"
    "“孩子们再也不用天不亮就赶渡了。”村小校长沈砚秋告诉记者，全校87名学生里，有31名住在对岸。\n"
    "“到县城只要25分钟。”县交通局负责人介绍，大桥总投资1.2亿元，去年3月开工。\n“船我留着。”石根生低声说，"
    "目光望着江面。",
    "gambling": "云岫县公安局昨日通报，7月12日凌晨，民警在青槐镇捣毁一处赌博窝点，抓获涉案人员23名，"
    "收缴赌资41万元、赌具6套。经查，该团伙以“投资返利”为名发展下线，充值、提现均通过网络平台完成。目前，"
    "8名主要嫌疑人已被刑事拘留，案件正在进一步侦办中。",
    "drugs": "望川区法院近日公开开庭审理一起贩卖毒品案。被告人李××通过物流寄递方式贩卖冰毒，王××、张××参与运输。"
    "法院一审判处李××有期徒刑十五年，并处没收个人财产10万元。庭审后，法官向旁听的120名学生讲解了毒品的危害。",
    "thread as news": "“楼主说得对，厕所是该修了。”日前，本地论坛上一则帖子引发热议，三天里跟帖四百多条。昨日，"
    "记者来到北门菜场看到，公厕已经重新开放。菜场管理方负责人介绍，此前锁门是因为水管爆裂，上月12日报修，"
    "维修花了两周。网友“老李头”随后发帖称，问题已经解决。",
    "trade fair": "2023年云岫县茶叶博览会昨日开幕，来自十二个乡镇的86家企业参展。现场推出满减、赠送、"
    "限时特价等优惠活动，首日成交1200万元。县农业农村局局长沈砚秋介绍，今年春茶产量增长8%，均价每斤320元，"
    "茶农收入有望突破两亿元。",
    "opinion": "随着旅游业的发展，古镇的游客越来越多。首先要看到，青槐镇去年接待游客86万人次，是五年前的三倍；"
    "其次，停车难、如厕难的投诉也涨了四成。县文旅局局长沈砚秋说，今年将新增车位600个。总之，留住人气，"
    "靠的是一件件小事。",
    "video report": "【视频】一座桥的两年零四个月。昨天下午三时四十分，最后一方混凝土灌入中跨合龙段，"
    "鹤涧峡大桥合龙。大桥全长862米，主跨210米，一年里有近90天阵风超过7级。项目总工程师卞少庭说，"
    "抢的就是没风的那几个钟头。对岸的箬涧村，艄公石根生撑了一辈子渡船，如今到县城只要25分钟。"
    "接下来将进行桥面铺装，预计明年5月具备通车条件。",
    "English names": "云岫县一家企业研制的AR眼镜日前亮相CES展会，搭载Snapdragon芯片，重79克。"
    "公司创始人沈砚秋介绍，产品已获得FCC和CE认证，首批5000台发往Berlin和Tokyo，预计全年出口额达到1.2亿元。",
}  # fmt: skip


@pytest.mark.parametrize("kind", NEWS)
@pytest.mark.parametrize("page", [True, False])
def test_news_is_kept(kind: str, page: bool) -> None:
    assert reason("要闻", NEWS[kind], page=page) is None


def test_a_report_with_comments_below_is_no_thread() -> None:
    report = NEWS["gambling"] + NEWS["quotations"]
    comments = ["1楼 网友：好", "2楼 网友：支持", "3楼 网友：顶！"]
    found = Draft(
        title="要闻", paragraphs=report.split("\n"), lines=[*report.split("\n"), *comments], page=True, credited=True
    )
    assert refuse(found, min_chars=60, genres=Genres()) is None


def test_a_portal_with_hundreds_of_links_may_carry_a_short_report() -> None:
    found = Draft(
        title="停水通知",
        paragraphs=[NEWS["short notice"]],
        lines=["消息"] * 300 + [NEWS["short notice"]],
        links=300,
        page=True,
        credited=True,
    )
    assert refuse(found, min_chars=60, genres=Genres()) is None


def test_thresholds_are_checked() -> None:
    with pytest.raises(ValidationError, match="forum"):
        Genres.model_validate({"forum": 1})
